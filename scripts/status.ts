/** `npm run status`: shows the cluster as its hosts report it now. */
import { reportStatus } from "../status/report.ts";
import { provideStack, runVerb } from "./stackVerb.ts";

await runVerb("status", "Show the cluster as its hosts report it now.", async ({ stack, json }) => {
  await reportStatus(await provideStack(stack), { json });
  return 0;
});
