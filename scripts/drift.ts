/** `npm run drift`: says what on the hosts differs from what was last brought up; changes nothing. */
import { reportDrift } from "../status/drift.ts";
import { provideStack, runVerb } from "./stackVerb.ts";

await runVerb(
  "drift",
  "Show what on the hosts, and of the cluster, is not as `up` left it: exit code 0 nothing, 2 something, 1 could not tell.",
  async ({ stack, json }) => reportDrift(await provideStack(stack), { json }),
);
