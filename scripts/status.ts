/** `npm run status`: shows the cluster as its hosts report it now. */
import { reportStatus } from "../status/report.ts";
import { provideStack, runVerb } from "./stackVerb.ts";

await runVerb(
  "status",
  "Show the cluster as its hosts report it now: exit code 0 one cluster, 1 its directors do not agree.",
  async ({ stack, json }) => reportStatus(await provideStack(stack), { json }),
);
