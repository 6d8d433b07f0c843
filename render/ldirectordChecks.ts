/** The health checks that ldirectord runs inside itself (checktype external-perl): a file for each service. */
import type { Director, VirtualService } from "../model/cluster.ts";
import { checkedThroughVip, checkProgramPath, checkSettings, perlFile, wayOf } from "./healthCheck.ts";
import type { Item } from "./hostPlan.ts";
import { hostPaths } from "./paths.ts";
import { perlHash, perlText } from "./perl.ts";

/** Where the check of a service lies; undefined where ldirectord checks by itself, or not at all. */
export function checkFileOf(service: VirtualService): string | undefined {
  return wayOf(service) === "throughVip" ? `${hostPaths.programs}/checks/${service.name}` : undefined;
}

/**
 * ldirectord runs one check for two services whose `checkcommand` and `real` line are equal, even if their VIPs differ. So
 * every service has a file of its own.
 */
export function checkFiles(director: Director, services: readonly VirtualService[]): Item[] {
  return checkedThroughVip(services).map((service) =>
    perlFile(`${hostPaths.programs}/checks/${service.name}`, callOf(director, service)),
  );
}

function callOf(director: Director, service: VirtualService): string {
  return `${[
    `# The health check of ${service.name}, run by ldirectord for each real server (checktype external-perl).`,
    "# Written by pulumi-lvs; changes made here are replaced by the next `pulumi up`.",
    `require ${perlText(checkProgramPath)};`,
    "PulumiLvs::check(",
    `    ${perlHash(checkSettings(director, service), "    ")},`,
    "    @ARGV,",
    ");",
  ].join("\n")}\n`;
}
