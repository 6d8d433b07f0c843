/** Asks every host of a stack how it is, in parallel and read-only. */
import type { HostSummary, ServiceSummary } from "../model/summary.ts";
import type { KernelDestination, KernelTable } from "../reading/kernelTable.ts";
import { ReadingError, readHost } from "../reading/readHost.ts";
import { inWords } from "../reading/words.ts";
import { SshError } from "../ssh/target.ts";
import type { StackState, StateHost } from "./stackState.ts";

/** A host and whether it is as planned. */
export interface HostStatus extends HostSummary {
  readonly state: "as planned" | "differs" | "unreachable";
  /** What differs, a line each (planned → found), or why the host could not be asked. */
  readonly detail: string;
}

/** A real server of one service, as configured and as the kernel has it. */
export type RealServerStatus = ServiceSummary["realServers"][number] & {
  /** What the director's kernel does with it: sends connections, sends none (weight 0), or does not know it. */
  readonly state: "up" | "quiesced" | "out" | "unknown";
  /** Weight in the kernel; null when it is not in the table. */
  readonly liveWeight: number | null;
  readonly activeConnections: number;
  readonly inactiveConnections: number;
};

/** What `npm run status -- --json` prints: the stack's outputs, and how everything in them is. */
export interface ClusterStatus {
  readonly stack: string;
  readonly vip: string | null;
  readonly url: string | null;
  readonly virtualServices: readonly (Omit<ServiceSummary, "realServers"> & {
    readonly realServers: readonly RealServerStatus[];
  })[];
  readonly directors: readonly HostStatus[];
  readonly realServers: readonly HostStatus[];
}

interface Answer {
  readonly status: Omit<HostStatus, "address">;
  readonly table: KernelTable | undefined;
}

/** Asks all hosts at once; one that does not answer is `unreachable`, and the rest is shown. */
export async function collectStatus(stack: string, { outputs, hosts }: StackState): Promise<ClusterStatus> {
  const answers = new Map(
    await Promise.all(hosts.map(async (host) => [host.name, await ask(host)] as const)),
  );
  const statusOf = ({ name, address }: HostSummary): HostStatus => ({
    ...(answers.get(name)?.status ?? { name, state: "unreachable", detail: "not in the stack's state" }),
    address,
  });
  const table = [...answers.values()].find((answer) => answer.table)?.table;
  return {
    stack,
    vip: (outputs.vip as string | undefined) ?? null,
    url: (outputs.url as string | undefined) ?? null,
    virtualServices: list<ServiceSummary>(outputs.virtualServices).map((service) => ({
      ...service,
      realServers: service.realServers.map((to) => ({ ...to, ...liveState(table, service, to.address) })),
    })),
    directors: list<HostSummary>(outputs.directors).map(statusOf),
    realServers: list<HostSummary>(outputs.realServers).map(statusOf),
  };
}

async function ask({ name, role, target, script }: StateHost): Promise<Answer> {
  try {
    const { held, differences, table } = await readHost(target, script);
    const words = held
      ? differences.flatMap(inWords)
      : ["not converged, or by another stack; `up` converges it"];
    const state = words.length === 0 ? "as planned" : "differs";
    return {
      status: { name, state, detail: words.join("\n") },
      table: role === "director" && held ? table : undefined,
    };
  } catch (error) {
    if (!(error instanceof SshError || error instanceof ReadingError)) throw error;
    return { status: { name, state: "unreachable", detail: error.message }, table: undefined };
  }
}

function liveState(table: KernelTable | undefined, service: ServiceSummary, address: string) {
  const destinations = table?.get(`${service.protocol} ${service.address}:${service.port}`);
  const live = destinations?.find(({ key }) => key === `${address}:${service.port}`);
  return {
    state: stateOf(table, live),
    liveWeight: live?.weight ?? null,
    activeConnections: live?.activeConnections ?? 0,
    inactiveConnections: live?.inactiveConnections ?? 0,
  };
}

function stateOf(
  table: KernelTable | undefined,
  live: KernelDestination | undefined,
): RealServerStatus["state"] {
  if (!table) return "unknown";
  if (!live) return "out";
  return live.weight > 0 ? "up" : "quiesced";
}

function list<T>(output: unknown): readonly T[] {
  return Array.isArray(output) ? output : [];
}
