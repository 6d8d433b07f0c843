/** Health checks that take a client's way: `host/check.pl`, what it is told of a service, and the probes it needs. */
import type { Director, VirtualService } from "../model/cluster.ts";
import type { HealthCheck, HealthCheckType } from "../model/healthCheck.ts";
import type { FileItem, Item } from "./hostPlan.ts";
import { hostPaths } from "./paths.ts";
import { checkProgram } from "./shellLibrary.ts";
import type { Software } from "./systems.ts";

/** The Perl that asks. */
export const checkProgramPath = `${hostPaths.programs}/check.pl`;

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

export type CheckSettings = Readonly<Record<string, string | number | undefined>>;

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

/** Whether a real server that is down stays in the table. With "no", ldirectord takes a real server of weight 0 out and in again on every reload, which ends its connections. */
export function keepsAtZero({ quiescent, realServers }: VirtualService): boolean {
  return quiescent || realServers.some(({ weight }) => weight === 0);
}

/** What must be there before anybody is asked, whoever asks; nothing where no service is checked through its VIP. */
export function holdProbes(services: readonly VirtualService[]): Item[] {
  const asked = checkedThroughVip(services).flatMap(({ realServers }) => realServers);
  if (asked.length === 0) return [];
  return [
    ...[...new Set(asked.map(({ address }) => address))].flatMap((address): Item[] => [
      // A check makes a missing probe by itself: what is there may be ours without being kept.
      { kind: "record", of: "probe", id: address },
      { kind: "probe", address },
    ]),
    { ...perlFile(checkProgramPath, checkProgram), program: "host/check.pl" },
  ];
}

export function checkedThroughVip(services: readonly VirtualService[]): VirtualService[] {
  return services.filter((service) => wayOf(service) === "throughVip");
}

export function perlFile(path: string, content: string): FileItem {
  return { kind: "file", path, mode: "0644", content, check: "perl" };
}

/** What `host/check.pl` is told of a service. */
export function checkSettings(director: Director, service: VirtualService): CheckSettings {
  const { name, port, healthCheck } = service;
  return {
    service: name,
    directorAddress: director.address,
    type: healthCheck.type,
    ...settingsOf(healthCheck, port),
    timeoutSeconds: healthCheck.timeoutSeconds,
  };
}

function settingsOf<T extends HealthCheckType>(
  healthCheck: HealthCheck<T>,
  servicePort: number,
): CheckSettings {
  const check: Check<T> = checks[healthCheck.type];
  return check.way === "throughVip" ? check.settings(healthCheck, servicePort) : {};
}
