/** `npm run doctor`: says what is present, what is missing, and how each gap would be filled; changes nothing. */
import pc from "picocolors";
import { inspectBaseImage } from "../setup/baseImage.ts";
import { inspectDocker } from "../setup/docker.ts";
import { inspectNode } from "../setup/node.ts";
import { inspectPulumi } from "../setup/pulumi.ts";
import type { Finding } from "../setup/rung.ts";
import { inspectTestTools } from "../setup/testTools.ts";
import { inspectVegeta } from "../setup/vegeta.ts";
import { runVerb } from "./stackVerb.ts";

await runVerb("doctor", "Say what is present and what is missing; change nothing.", async ({ json }) => {
  const findings = (
    await Promise.all([
      inspectNode(),
      inspectPulumi(),
      inspectDocker(),
      inspectBaseImage(),
      inspectTestTools(),
      inspectVegeta(),
    ])
  ).flat();
  console.log(json ? JSON.stringify(findings, null, 2) : show(findings));
  return 0;
});

function show(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ what }) => what.length));
  return findings
    .map(({ what, present, detail }) => {
      const state = present ? pc.green("present") : pc.yellow("missing");
      return `${what.padEnd(width)}  ${state}  ${detail}`;
    })
    .join("\n");
}
