/** The cluster to converge: its settings as a user writes them, and the plan of each host, which every tool is given. */
import { resolveCluster } from "../config/resolve.ts";
import { configSchema } from "../config/schema.ts";
import type { HostPlan } from "../render/hostPlan.ts";
import { plansOf } from "../render/plans.ts";
import type { BenchHost } from "./hosts.ts";

/** The link of all hosts; RFC 2544 reserves it for benchmarks. */
export const subnet = "198.18.16.0/22";
/** Address of the one virtual service. */
export const vip = "198.18.16.100";

/** One state to bring hosts to. */
export interface Work {
  /** Values of `Pulumi.<stack>.yaml`, without the namespace. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** What `settings` mean for each host to be worked on, in a safe order: real servers before the director. */
  readonly plans: readonly HostPlan[];
  readonly hosts: readonly BenchHost[];
}

/** Real servers behind a director; the director is part of the work only if `withDirector`. `weight` is the first one's. */
export function workOn(
  hosts: readonly BenchHost[],
  { keyFile, withDirector, weight }: { keyFile: string; withDirector: boolean; weight: number },
): Work {
  const settings = settingsFor(hosts, keyFile, weight);
  const plans = plansOf(resolveCluster(configSchema.parse(settings), "bench")).filter(
    ({ role }) => withDirector || role === "realServer",
  );
  const worked = hosts.filter(({ name }) => plans.some(({ host }) => host === name));
  return { settings, plans, hosts: worked };
}

function settingsFor(hosts: readonly BenchHost[], privateKeyFile: string, weight: number) {
  const ofRole = (role: BenchHost["role"]) => hosts.filter((host) => host.role === role);
  const described = (list: readonly BenchHost[], extra: object) =>
    Object.fromEntries(
      list.map(({ name, address, hostKey }) => [name, { address, ssh: { hostKey }, ...extra }]),
    );
  const shares = ofRole("realServer").map(({ name }, index) => [name, { weight: index === 0 ? weight : 1 }]);
  return {
    subnet,
    ssh: { user: "root", privateKeyFile },
    directors: described(ofRole("director"), {}),
    realServers: described(ofRole("realServer"), { apache: {} }),
    virtualServices: {
      web: {
        address: vip,
        port: 80,
        scheduler: "wrr",
        healthCheck: { type: "http", path: "/healthz", intervalSeconds: 2, timeoutSeconds: 2 },
        realServers: Object.fromEntries(shares),
      },
    },
  };
}
