/** `npm run preview`: shows what `up` would change, down to the lines of files. */
import { runPulumi } from "../setup/backend.ts";
import { provideLabMachine } from "../setup/labMachine.ts";
import { isLab, provideProgram, runVerb } from "./stackVerb.ts";

await runVerb("preview", "Show what `up` would change.", async ({ stack, json, pulumiArgs }) => {
  if (isLab(stack)) await provideLabMachine();
  return runPulumi(await provideProgram(stack), ["preview", json ? "--json" : "--diff", ...pulumiArgs]);
});
