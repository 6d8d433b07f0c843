/** Health checks that take a client's way: `host/check.pl`, the file per service that calls it, and the probes it needs. */
import type { Director, VirtualService } from "../model/cluster.ts";
import type { HealthCheck, HealthCheckType } from "../model/healthCheck.ts";
import type { FileItem, Item } from "./hostPlan.ts";
import { checkProgram } from "./shellLibrary.ts";
import type { Software } from "./systems.ts";

const folder = "/usr/local/lib/pulumi-lvs";
const program = `${folder}/check.pl`;

/** How a real server is asked: by `host/check.pl` through the VIP, by the health engine's own ping, or not at all. */
export type Way = "throughVip" | "ping" | "never";

/** A way for checks of type `T`. */
type Check<T extends HealthCheckType> =
  | {
      readonly way: "throughVip";
      /** What `host/check.pl` needs for it. */
      readonly software: readonly Software[];
      /** What `host/check.pl` is told of it; a setting that is undefined is left out. */
      readonly settings: (check: HealthCheck<T>, servicePort: number) => CheckSettings;
    }
  | { readonly way: Exclude<Way, "throughVip"> };

type CheckSettings = Readonly<Record<string, string | number | undefined>>;

const fetch = {
  way: "throughVip",
  software: ["perl"],
  settings: ({ port, path, expect, virtualHost }: HealthCheck<"http" | "https">, servicePort: number) => ({
    port: port ?? servicePort,
    path,
    expect,
    virtualHost,
  }),
} as const;

const checks: { readonly [T in HealthCheckType]: Check<T> } = {
  http: fetch,
  https: { ...fetch, software: ["perl", "perlTls"] },
  connect: {
    way: "throughVip",
    software: ["perl"],
    settings: ({ port }, servicePort) => ({ port: port ?? servicePort }),
  },
  ping: { way: "ping" },
  none: { way: "never" },
};

/** What checks of all types need: another type in a configuration installs nothing. */
export const checkSoftware: readonly Software[] = [
  ...new Set(Object.values(checks).flatMap((check) => ("software" in check ? check.software : []))),
];

/** How a service's real servers are asked. */
export function wayOf({ healthCheck }: VirtualService): Way {
  return checks[healthCheck.type].way;
}

/** Where the check of a service lies; undefined where the health engine checks by itself, or not at all. */
export function checkFileOf(service: VirtualService): string | undefined {
  return wayOf(service) === "throughVip" ? `${folder}/checks/${service.name}` : undefined;
}

/** What host/table.sh's run_check asks a real server with; undefined where nothing is checked. */
export function askedBy(service: VirtualService): string | undefined {
  return wayOf(service) === "ping" ? "ping" : checkFileOf(service);
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
  const settings: CheckSettings = {
    service: name,
    directorAddress: director.address,
    type: healthCheck.type,
    ...settingsOf(healthCheck, port),
    timeoutSeconds: healthCheck.timeoutSeconds,
  };
  return `${[
    `# The health check of ${name}, run for each real server: by ldirectord (checktype external-perl) or keepalived (MISC_CHECK).`,
    "# Written by pulumi-lvs; changes made here are replaced by the next `pulumi up`.",
    `require ${perlText(program)};`,
    "PulumiLvs::check(",
    "    {",
    ...Object.entries(settings).flatMap(([key, value]) =>
      value === undefined ? [] : [`        ${key} => ${perlLiteral(value)},`],
    ),
    "    },",
    "    @ARGV,",
    ");",
  ].join("\n")}\n`;
}

function settingsOf<T extends HealthCheckType>(
  healthCheck: HealthCheck<T>,
  servicePort: number,
): CheckSettings {
  const check: Check<T> = checks[healthCheck.type];
  return check.way === "throughVip" ? check.settings(healthCheck, servicePort) : {};
}

/** In a text nothing is interpolated (perlop, "q/STRING/"). */
function perlLiteral(value: string | number): string {
  return typeof value === "number" ? String(value) : perlText(value);
}

function perlText(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
