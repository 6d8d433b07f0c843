/** The cluster to converge: its settings as a user writes them, and the plan of each host, which every tool is given. */
import { resolveCluster } from "../config/resolve.ts";
import { configSchema } from "../config/schema.ts";
import type { HostPlan } from "../render/hostPlan.ts";
import { plansOf } from "../render/plans.ts";
import type { BenchHost } from "./hosts.ts";

/** The link of all hosts; RFC 2544 reserves it for benchmarks. */
export const subnet = "198.18.16.0/21";
/** Real servers that have an address there. */
export const mostRealServers = 7 * 250;
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

/** One director and its real servers, each with an address. */
export function layOut(realServers: number): Omit<BenchHost, "hostKey">[] {
  return [
    { name: "lb1", role: "director", address: "198.18.16.11" },
    ...Array.from({ length: realServers }, (_, index) => ({
      name: `rs${index + 1}`,
      role: "realServer" as const,
      address: `198.18.${17 + Math.floor(index / 250)}.${(index % 250) + 1}`,
    })),
  ];
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
  // As the program gets them: the engine hands objects on with their keys in order.
  const inOrder = hosts.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const ofRole = (role: BenchHost["role"]) => inOrder.filter((host) => host.role === role);
  const described = (list: readonly BenchHost[], extra: object) =>
    Object.fromEntries(
      list.map(({ name, address, hostKey, ssh }) => [name, { address, ssh: { hostKey, ...ssh }, ...extra }]),
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
