/** Asks every host of a stack how it is, in parallel and read-only. */
import { endpointText } from "../model/address.ts";
import { serviceKey } from "../model/serviceAddress.ts";
import type { HostSummary, ServiceSummary } from "../model/summary.ts";
import { byEndpoint, type Table, type TableDestination } from "../model/table.ts";
import { type ClusterFault, clusterFaults } from "../reading/clusterFaults.ts";
import { holdsVips } from "../reading/holder.ts";
import type { HostReading } from "../reading/hostReading.ts";
import { ReadingError, readHost } from "../reading/readHost.ts";
import { haveEqualTables } from "../reading/tableFaults.ts";
import { inWords } from "../reading/words.ts";
import { digestIn } from "../render/script.ts";
import { SshError } from "../ssh/target.ts";
import type { StackState, StateHost } from "./stackState.ts";

/** A host and whether it is as planned. */
export interface HostStatus extends HostSummary {
  readonly state: "as planned" | "differs" | "unreachable";
  /** What differs, a line each (planned → found), or why the host could not be asked. */
  readonly detail: string;
}

/** A director, and its part in sharing the VIPs; null where it is the only one, or could not be asked. */
export interface DirectorStatus extends HostStatus {
  readonly vrrp: VrrpStatus | null;
}

/** How a director shares the VIPs. */
export interface VrrpStatus {
  /** `MASTER` holds the VIPs, `BACKUP` is ready to, `FAULT` is not, `STOP` has ended. */
  readonly role: string;
  /** When it took this role (ISO 8601). */
  readonly since: string;
  /** The kernel's synchronisation daemons: `master and backup on eth0, id 100`. */
  readonly sync: string;
  /** Whether its table is that of the director that holds the VIPs; null where nobody does. */
  readonly tableInStep: boolean | null;
  /** When another director was last found to hold the VIPs too (ISO 8601). */
  readonly splitBrainSeen: string | null;
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
  readonly directors: readonly DirectorStatus[];
  readonly realServers: readonly HostStatus[];
  /** What is wrong with the directors as one cluster; empty where they are one. */
  readonly faults: readonly ClusterFault[];
}

interface Answer {
  readonly status: Omit<HostStatus, "address">;
  /** Undefined where it could not be asked. */
  readonly reading: HostReading | undefined;
}

/**
 * Asks all hosts at once; one that does not answer is `unreachable`, and the rest is shown. A fault of the cluster counts
 * where it is still there at a second look: VIPs and health checks may be in motion.
 */
export async function collectStatus(stack: string, state: StackState): Promise<ClusterStatus> {
  const status = await askOnce(stack, state);
  return status.faults.length === 0 ? status : askOnce(stack, state);
}

async function askOnce(stack: string, { outputs, hosts }: StackState): Promise<ClusterStatus> {
  const answers = new Map(
    await Promise.all(hosts.map(async (host) => [host.name, await ask(host)] as const)),
  );
  const statusOf = ({ name, address }: HostSummary): HostStatus => ({
    ...(answers.get(name)?.status ?? { name, state: "unreachable", detail: "not in the stack's state" }),
    address,
  });
  const asked = (output: unknown) =>
    list<HostSummary>(output).map(({ name }) => ({ name, reading: answers.get(name)?.reading }));
  const directors = asked(outputs.directors);
  const held = directors.flatMap(({ reading }) => (reading?.held ? [reading] : []));
  const holder = held.find(holdsVips);
  const table = (holder ?? held[0])?.table;
  return {
    stack,
    vip: (outputs.vip as string | undefined) ?? null,
    url: (outputs.url as string | undefined) ?? null,
    virtualServices: list<ServiceSummary>(outputs.virtualServices).map((service) => ({
      ...service,
      realServers: service.realServers.map((to) => ({ ...to, ...liveState(table, service, to.address) })),
    })),
    directors: list<HostSummary>(outputs.directors).map((host) => ({
      ...statusOf(host),
      vrrp: vrrpStatus(answers.get(host.name)?.reading, holder),
    })),
    realServers: list<HostSummary>(outputs.realServers).map(statusOf),
    faults: clusterFaults(directors, asked(outputs.realServers)),
  };
}

async function ask({ name, target, script }: StateHost): Promise<Answer> {
  try {
    const reading = await readHost(target, script);
    const words = wordsOn(reading, digestIn(script));
    const state = words.length === 0 ? "as planned" : "differs";
    return { status: { name, state, detail: words.join("\n") }, reading };
  } catch (error) {
    if (!(error instanceof SshError || error instanceof ReadingError)) throw error;
    return { status: { name, state: "unreachable", detail: error.message }, reading: undefined };
  }
}

/** What is not as the stack's last run left it; empty where all is. */
function wordsOn({ held, differences }: HostReading, digest: string): string[] {
  if (!held) return ["not converged, or by another stack; `up` converges it"];
  const words = differences.flatMap(inWords);
  return held.digest === digest
    ? words
    : ["converged by another run than this stack knows of; `up` converges it", ...words];
}

function vrrpStatus(reading: HostReading | undefined, holder: HostReading | undefined): VrrpStatus | null {
  if (!reading?.held || !reading.vrrp) return null;
  const { role, sinceSeconds, rivalSeconds, sync } = reading.vrrp;
  return {
    role,
    since: isoTime(sinceSeconds),
    sync,
    tableInStep: holder ? haveEqualTables(reading, holder) : null,
    splitBrainSeen: rivalSeconds === undefined ? null : isoTime(rivalSeconds),
  };
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

function liveState(table: Table | undefined, service: ServiceSummary, address: string) {
  const balanced = table?.get(serviceKey({ knownBy: "port", ...service }));
  const live = byEndpoint(balanced).get(endpointText({ address, port: service.port }));
  return {
    state: stateOf(table, live),
    liveWeight: live?.weight ?? null,
    activeConnections: live?.connections?.active ?? 0,
    inactiveConnections: live?.connections?.inactive ?? 0,
  };
}

function stateOf(table: Table | undefined, live: TableDestination | undefined): RealServerStatus["state"] {
  if (!table) return "unknown";
  if (!live) return "out";
  return live.weight > 0 ? "up" : "quiesced";
}

function list<T>(output: unknown): readonly T[] {
  return Array.isArray(output) ? output : [];
}
