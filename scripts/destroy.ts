/** `npm run destroy`: gives every host back as it was; in the lab, removes the hosts. */
import { runPulumi } from "../setup/backend.ts";
import { isLab, provideProgram, runVerb } from "./stackVerb.ts";

await runVerb("destroy", "Give every host back as it was.", async ({ stack, pulumiArgs }) => {
  const consent = isLab(stack) ? ["--yes", "--skip-preview"] : [];
  return runPulumi(await provideProgram(stack), ["destroy", ...consent, ...pulumiArgs]);
});
