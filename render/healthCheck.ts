/** Health checks that take a client's way: `host/check.pl`, the file per service that calls it, and the probes it needs. */
import type { Director, VirtualService } from "../model/cluster.ts";
import { healthCheckTypes } from "../model/lvs.ts";
import type { FileItem, Item } from "./hostPlan.ts";
import { checkProgram } from "./shellLibrary.ts";

const folder = "/usr/local/lib/pulumi-lvs";
const program = `${folder}/check.pl`;

/** Where the check of a service lies; undefined where the health engine checks by itself, or not at all. */
export function checkFileOf({ name, healthCheck }: VirtualService): string | undefined {
  const { checktype } = healthCheckTypes[healthCheck.type];
  return checktype === "external-perl" ? `${folder}/checks/${name}` : undefined;
}

/** What host/withdraw.sh's run_check asks a real server with; undefined where nothing is checked. */
export function askedBy(service: VirtualService): string | undefined {
  return checkFileOf(service) ?? (service.healthCheck.type === "ping" ? "ping" : undefined);
}

/** Whether a real server that is down stays in the table. With "no", ldirectord takes a real server of weight 0 out and in again on every reload, which ends its connections. */
export function keepsAtZero({ quiescent, realServers }: VirtualService): boolean {
  return quiescent || realServers.some(({ weight }) => weight === 0);
}

/** Everything that must be there before a health engine is told to check: it takes out a real server that it cannot ask. */
export function holdHealthChecks(director: Director, services: readonly VirtualService[]): Item[] {
  const checks = services.flatMap((service) => {
    const path = checkFileOf(service);
    return path === undefined ? [] : [{ path, service }];
  });
  if (checks.length === 0) return [];
  const asked = checks.flatMap(({ service }) => service.realServers.map(({ address }) => address));
  return [
    ...[...new Set(asked)].flatMap((address): Item[] => [
      // A check makes a missing probe by itself: what is there may be ours without being kept.
      { kind: "record", of: "probe", id: address },
      { kind: "probe", address },
    ]),
    { ...perlFile(program, checkProgram), program: "host/check.pl" },
    ...checks.map(({ path, service }) => perlFile(path, callOf(service, director))),
  ];
}

function perlFile(path: string, content: string): FileItem {
  return { kind: "file", path, mode: "0644", content, check: "perl" };
}

/**
 * ldirectord runs one check for two services whose `checkcommand` and `real` line are equal, even if their VIPs differ. So
 * every service has a file of its own.
 */
function callOf({ name, port, healthCheck }: VirtualService, director: Director): string {
  const { type, path, expect, virtualHost, timeoutSeconds } = healthCheck;
  const { fetches } = healthCheckTypes[type];
  const settings = {
    service: perlText(name),
    directorAddress: perlText(director.address),
    type: perlText(type),
    port: healthCheck.port ?? port,
    ...(fetches && { path: perlText(path) }),
    ...(fetches && expect !== undefined && { expect: perlText(expect) }),
    ...(fetches && virtualHost !== undefined && { virtualHost: perlText(virtualHost) }),
    timeoutSeconds,
  };
  return `${[
    `# The health check of ${name}, run for each real server: by ldirectord (checktype external-perl) or keepalived (MISC_CHECK).`,
    "# Written by pulumi-lvs; changes made here are replaced by the next `pulumi up`.",
    `require ${perlText(program)};`,
    "PulumiLvs::check(",
    "    {",
    ...Object.entries(settings).map(([key, value]) => `        ${key} => ${value},`),
    "    },",
    "    @ARGV,",
    ");",
  ].join("\n")}\n`;
}

/** `text` as a Perl literal in which nothing is interpolated (perlop, "q/STRING/"). */
function perlText(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
