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
/** Address of the first virtual service. */
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
      address: addressAt(index),
    })),
  ];
}

/** Addresses of real servers, then of further services. */
function addressAt(index: number): string {
  return `198.18.${17 + Math.floor(index / 250)}.${(index % 250) + 1}`;
}

/** What hosts are to be brought to. */
export interface WorkOptions {
  readonly keyFile: string;
  /** Whether the director is part of the work. */
  readonly withDirector: boolean;
  /** Of the first real server in the first service. */
  readonly weight: number;
  /** All alike but for their addresses. Default: 1. */
  readonly services?: number;
}

/** Real servers behind a director. */
export function workOn(hosts: readonly BenchHost[], options: WorkOptions): Work {
  const { withDirector } = options;
  const settings = settingsFor(hosts, options);
  const plans = plansOf(resolveCluster(configSchema.parse(settings), "bench")).filter(
    ({ role }) => withDirector || role === "realServer",
  );
  const worked = hosts.filter(({ name }) => plans.some(({ host }) => host === name));
  return { settings, plans, hosts: worked };
}

function settingsFor(hosts: readonly BenchHost[], { keyFile, weight, services = 1 }: WorkOptions) {
  // As the program gets them: the engine hands objects on with their keys in order.
  const inOrder = hosts.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const ofRole = (role: BenchHost["role"]) => inOrder.filter((host) => host.role === role);
  const described = (list: readonly BenchHost[], extra: object) =>
    Object.fromEntries(
      list.map(({ name, address, hostKey, ssh }) => [name, { address, ssh: { hostKey, ...ssh }, ...extra }]),
    );
  const realServers = ofRole("realServer");
  const service = (address: string, firstWeight: number) => ({
    address,
    port: 80,
    scheduler: "wrr",
    healthCheck: { type: "http", path: "/healthz", intervalSeconds: 2, timeoutSeconds: 2 },
    realServers: Object.fromEntries(
      realServers.map(({ name }, index) => [name, { weight: index === 0 ? firstWeight : 1 }]),
    ),
  });
  const others = Array.from({ length: services - 1 }, (_, index) => [
    `web${index + 2}`,
    service(addressAt(realServers.length + index), 1),
  ]);
  return {
    subnet,
    ssh: { user: "root", privateKeyFile: keyFile },
    directors: described(ofRole("director"), {}),
    realServers: described(realServers, { apache: {} }),
    virtualServices: { web: service(vip, weight), ...Object.fromEntries(others) },
  };
}
