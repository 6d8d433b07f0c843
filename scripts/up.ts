/** `npm run up`: sets up what is missing, brings the stack up, and shows the cluster. */
import { runPulumi } from "../setup/backend.ts";
import { provideLabMachine } from "../setup/labMachine.ts";
import { reportStatus } from "../status/report.ts";
import { isLab, provideProgram, runVerb } from "./stackVerb.ts";

await runVerb("up", "Bring a stack up and show the cluster.", async ({ stack, json, pulumiArgs }) => {
  const lab = isLab(stack);
  if (lab) await provideLabMachine();
  const opened = await provideProgram(stack);
  // The lab is this machine's own; anything else asks first, as Pulumi does.
  const consent = lab ? ["--yes", "--skip-preview"] : [];
  const code = await runPulumi(opened, ["up", ...consent, ...pulumiArgs]);
  return code === 0 ? reportStatus(opened, { json }) : code;
});
