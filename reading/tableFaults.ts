/** Where directors do not balance the same. */
import { endpointText } from "../model/address.ts";
import { destinationWords } from "../model/table.ts";
import type { ClusterFault, KnownDirector } from "./clusterFaults.ts";
import type { HostReading } from "./hostReading.ts";

/** One fault with every line in which the tables differ; none where they are equal. */
export function tableFaults(directors: readonly KnownDirector[]): ClusterFault[] {
  const tables = directors.map(({ name, reading }) => ({ name, lines: linesOf(reading) }));
  const keys = new Set(tables.flatMap(({ lines }) => [...lines.keys()]));
  const differing = [...keys].filter((key) => new Set(tables.map(({ lines }) => lines.get(key))).size > 1);
  if (differing.length === 0) return [];
  const inWords = (key: string) =>
    `${key} ${tables.map(({ name, lines }) => `${lines.get(key) ?? "absent"} on ${name}`).join(", ")}`;
  return [
    {
      found: `the directors' tables differ: ${differing.map(inWords).join("; ")}`,
      remedy:
        "their health checks find real servers in different states, or somebody has changed a table: `up` repairs that",
    },
  ];
}

/** Whether two directors balance the same. */
export function haveEqualTables(one: HostReading, other: HostReading): boolean {
  const [lines, others] = [linesOf(one), linesOf(other)];
  return lines.size === others.size && [...lines].every(([key, words]) => others.get(key) === words);
}

/** How each service, `tcp VIP:PORT`, and each of its real servers is balanced. */
function linesOf({ table }: HostReading): ReadonlyMap<string, string> {
  return new Map(
    [...table].flatMap(([service, { options, destinations }]) => [
      [service, options] as const,
      ...destinations.map((to) => [`${service} → ${endpointText(to)}`, destinationWords(to)] as const),
    ]),
  );
}
