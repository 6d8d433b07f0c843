/** `npm run handover`: moves the VIPs to another director on purpose, before work on the one that holds them. */
import { handOver } from "../operate/handover.ts";
import { readStack } from "../status/report.ts";
import { provideStack, runVerb } from "./stackVerb.ts";

await runVerb(
  "handover",
  "Move the VIPs to another director, losing nothing: exit code 0 moved, 1 not moved.",
  async ({ stack, json }) => {
    const { hosts } = await readStack(await provideStack(stack));
    const moved = await handOver(hosts);
    console.log(
      json ? JSON.stringify(moved, null, 2) : `The VIPs are on ${moved.to} now; ${moved.from} had them.`,
    );
    return 0;
  },
);
