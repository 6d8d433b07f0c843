/** What a plan does to a director's kernel table, line by line, and to the connections in it. */
import { parseServiceKey } from "../model/serviceAddress.ts";
import { byEndpoint, shareChanges, type TableDestination, type TableService } from "../model/table.ts";
import type { HostPlan, Item } from "../render/hostPlan.ts";
import { type HostReading, leftoversOf } from "./hostReading.ts";

type ServiceItem = Extract<Item, { kind: "service" }>;

/** One line of the kernel's table that changes. */
export interface TableChange {
  /** `tcp VIP:PORT`, or `all` for what changes under all of them. */
  readonly service: string;
  /** `ADDRESS:PORT`; undefined for the service itself. */
  readonly realServer: string | undefined;
  /** What changes: `weight 1 → 3`. */
  readonly change: string;
  /** What becomes of the connections it has now. */
  readonly connections: string;
  /** Whether some of them must end. */
  readonly breaks: boolean;
}

/** Every line that the plan changes, in the order of its services; those that go come last. */
export function tableChanges(plan: HostPlan, reading: HostReading): TableChange[] {
  const leaving = leftoversOf(reading)
    .filter((item) => item.startsWith("service "))
    .map((item) => item.replace("service ", ""));
  return [
    ...routerChanges(plan, reading),
    ...plan.items.flatMap((item) => (item.kind === "service" ? serviceChanges(item, reading) : [])),
    ...leaving.flatMap((key) => {
      const gone = reading.table.get(key);
      return gone ? serviceLeaves(key, gone, reading) : [];
    }),
  ];
}

/** The services in which the plan sends to `address`, and the plan of the last good run did not. */
export function joinedBy(address: string, plan: HostPlan, { plannedTable }: HostReading): string[] {
  return plan.items.flatMap((item) => {
    if (item.kind !== "service") return [];
    const before = byEndpoint(plannedTable.get(item.key));
    const isNew = [...byEndpoint(item.planned)].some(
      ([to, { address: of }]) => of === address && !before.has(to),
    );
    return isNew ? [item.key] : [];
  });
}

/** Directors that know each other no more all hold the VIPs, until the last one is changed. */
function routerChanges(plan: HostPlan, { vrrp }: HostReading): TableChange[] {
  const [planned] = plan.items.filter((item) => item.kind === "vrrp");
  if (!planned || !vrrp?.advertises || planned.advertises === vrrp.advertises) return [];
  const change = `VRRP ${vrrp.advertises} → ${planned.advertises}`;
  const connections = "break while all directors hold the VIPs; first go to one director to keep them";
  return [{ service: "all", realServer: undefined, change, connections, breaks: true }];
}

function serviceChanges(item: ServiceItem, reading: HostReading): TableChange[] {
  const { key: service, planned, fallback, drainSeconds } = item;
  const present = reading.table.get(service);
  const [now, wanted] = [byEndpoint(present), byEndpoint(planned)];
  const added = [...wanted].filter(([to]) => !now.has(to));
  const isNew = { service, connections: "none yet", breaks: false };
  const joins = added.map(([realServer, { weight }]) => {
    return { ...isNew, realServer, change: `joins with weight ${weight} once its check passes` };
  });
  if (!present) return [{ ...isNew, realServer: undefined, change: `new, ${planned.options}` }, ...joins];
  const staying = [...now].flatMap(([realServer, from]) => {
    if (realServer === fallback) return [];
    const to = wanted.get(realServer);
    return to
      ? realServerChanges(service, realServer, from, to)
      : [leaves(service, realServer, count(service, from), drainSeconds, wanted.size > 0)];
  });
  const options = `${present.options} → ${planned.options.replace("scheduler ", "")}`;
  const whole = present.destinations.reduce((sum, to) => sum + count(service, to), 0);
  return [
    ...(present.options === planned.options ? [] : [untouched(service, undefined, options, whole)]),
    ...staying,
    ...joins,
  ];
}

function realServerChanges(
  service: string,
  realServer: string,
  from: TableDestination,
  to: TableDestination,
): TableChange[] {
  const connections = count(service, from);
  const method = `forwarding ${from.forwarding} → ${to.forwarding}`;
  return [
    ...(from.forwarding === to.forwarding ? [] : [breaking(service, realServer, method, connections)]),
    ...shareChanges(from, to).map((change) => untouched(service, realServer, change, connections)),
  ];
}

function serviceLeaves(service: string, gone: TableService, reading: HostReading): TableChange[] {
  const seconds = reading.drainSeconds.get(service);
  return [
    ...[...byEndpoint(gone)].map(([realServer, to]) =>
      leaves(service, realServer, count(service, to), seconds, false),
    ),
    { service, realServer: undefined, change: "removed", connections: "none left by then", breaks: false },
  ];
}

/** `seconds` is undefined where the host does not know them; `others` says whether anybody goes on to serve. */
function leaves(
  service: string,
  realServer: string,
  count: number,
  seconds: number | undefined,
  others: boolean,
): TableChange {
  if (isUdp(service) && others) return moves(service, realServer, count);
  if (seconds === 0) return breaking(service, realServer, "leaves", count);
  const patience = seconds === undefined ? "" : `, for at most ${seconds} s`;
  const connections = count === 0 ? "none" : `${count} drain${patience}`;
  return { service, realServer, change: "leaves", connections, breaks: false };
}

/** A client of UDP goes on with its next datagram, whoever gets that. */
function moves(service: string, realServer: string, count: number): TableChange {
  const connections = count === 0 ? "none" : `${count} clients go on elsewhere`;
  return { service, realServer, change: "leaves", connections, breaks: false };
}

function untouched(
  service: string,
  realServer: string | undefined,
  change: string,
  count: number,
): TableChange {
  return {
    service,
    realServer,
    change,
    connections: count === 0 ? "none" : `${count} untouched`,
    breaks: false,
  };
}

function breaking(service: string, realServer: string, change: string, count: number): TableChange {
  return {
    service,
    realServer,
    change,
    connections: count === 0 ? "none" : `${count} break`,
    breaks: count > 0,
  };
}

/** IPVS counts all connections of UDP as inactive. */
function count(service: string, { connections }: TableDestination): number {
  return (connections?.active ?? 0) + (isUdp(service) ? (connections?.inactive ?? 0) : 0);
}

function isUdp(service: string): boolean {
  return parseServiceKey(service).protocol === "udp";
}
