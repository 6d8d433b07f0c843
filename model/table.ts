/** The kernel's IPVS table: what a director balances, and to whom. Plans and readings tell it in the lines of host/table.pl. */
import { type Endpoint, endpointText, isEndpoint, parseEndpoint } from "./address.ts";

/** A real server of a service. */
export interface TableDestination extends Endpoint {
  /** How packets reach it: `dr`, `nat` or `tun`. */
  readonly forwarding: string;
  /** Its share of new connections; 0 for none. */
  readonly weight: number;
  /** Connections at which it gets no new ones; 0 for no limit. */
  readonly upperThreshold: number;
  /** Connections below which it gets new ones again; 0 for three quarters of the upper one. */
  readonly lowerThreshold: number;
  /** Undefined where nobody has counted them, as in a plan. */
  readonly connections: Connections | undefined;
}

/** Connections that the kernel knows of. It counts those of UDP as inactive, all of them. */
export interface Connections {
  readonly active: number;
  readonly inactive: number;
}

/** A virtual service. */
export interface TableService {
  /** Scheduler, persistence and flags, in words: `scheduler wrr persistent 300`. */
  readonly options: string;
  readonly destinations: readonly TableDestination[];
}

/** Services by `serviceKey`. */
export type Table = ReadonlyMap<string, TableService>;

/** One service in lines: its own, then one for each real server, in byte order. */
export function serviceLines(key: string, { options, destinations }: TableService): string[] {
  const lines = destinations.map((to) => `${key} to ${endpointText(to)} ${destinationWords(to)}`);
  return [`${key} ${options}`, ...lines.sort()];
}

/** The real servers of a service by `endpointText`; none of one that is not there. */
export function byEndpoint(service: TableService | undefined): ReadonlyMap<string, TableDestination> {
  return new Map(service?.destinations.map((to) => [endpointText(to), to]));
}

/** What is told of a real server, without its connections: `dr weight 1`. */
export function destinationWords(to: Omit<TableDestination, keyof Endpoint>): string {
  const thresholds = [
    ...(to.upperThreshold > 0 ? [`upper-threshold ${to.upperThreshold}`] : []),
    ...(to.lowerThreshold > 0 ? [`lower-threshold ${to.lowerThreshold}`] : []),
  ];
  return [to.forwarding, `weight ${to.weight}`, ...thresholds].join(" ");
}

/** What differs between two of a real server, other than how packets reach it: `weight 1 → 3`. */
export function shareChanges(from: TableDestination, to: TableDestination): string[] {
  const numbers = {
    weight: "weight",
    upperThreshold: "upper threshold",
    lowerThreshold: "lower threshold",
  } as const;
  return (Object.keys(numbers) as (keyof typeof numbers)[])
    .filter((key) => from[key] !== to[key])
    .map((key) => `${numbers[key]} ${from[key]} → ${to[key]}`);
}

/** The table that lines tell, in any order. Services that the model does not know are passed over. */
export function parseTable(lines: readonly string[]): Table {
  const table = new Map<string, { options: string; destinations: TableDestination[] }>();
  for (const line of lines) {
    const [, protocol, at = "", to = at, words = ""] =
      /^(tcp|udp) (\S+)(?: to (\S+))? ((?!to ).+)$/.exec(line) ?? [];
    if (!isEndpoint(at) || !isEndpoint(to)) continue;
    const key = `${protocol} ${at}`;
    const service = table.get(key) ?? { options: "", destinations: [] };
    table.set(key, service);
    if (line.startsWith(`${key} to `)) service.destinations.push(destination(to, words));
    else service.options = words;
  }
  return table;
}

function destination(to: string, text: string): TableDestination {
  const [forwarding = "", ...words] = text.split(" ");
  const count = (word: string) => (words.includes(word) ? Number(words[words.indexOf(word) + 1]) : 0);
  return {
    ...parseEndpoint(to),
    forwarding,
    weight: count("weight"),
    upperThreshold: count("upper-threshold"),
    lowerThreshold: count("lower-threshold"),
    connections: words.includes("active")
      ? { active: count("active"), inactive: count("inactive") }
      : undefined,
  };
}
