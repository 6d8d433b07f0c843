/** Differences in an operator's words: what it is, as planned → as found. */
import { byEndpoint, parseTable, shareChanges, type TableDestination } from "../model/table.ts";
import type { Difference } from "./hostReading.ts";

/** A difference, a line for each thing that differs: `arp_ignore 1 → 0`. */
export function inWords({ item, planned, found }: Difference): string[] {
  const [kind = "", ...rest] = item.split(" ");
  const id = rest.join(" ");
  const arrow = `${planned} → ${found}`;
  switch (kind) {
    case "sysctl":
      return [`${id.split(".").at(-1)} ${arrow} (${id})`];
    case "vip":
      return [`VIP ${id} ${arrow}`];
    case "service":
      return serviceInWords(id, planned, found);
    case "packages":
      return [`packages ${arrow}`];
    case "file":
    case "unit":
      return [`${id} ${arrow}`];
    default:
      return [`${item} ${arrow}`];
  }
}

function serviceInWords(key: string, planned: string, found: string): string[] {
  const wanted = parseTable(planned.split("; ")).get(key);
  const present = parseTable(found.split("; ")).get(key);
  if (!wanted || !present)
    return [`service ${key} ${wanted ? "in the table" : planned} → ${present ? found : "absent"}`];
  const [before, now] = [byEndpoint(wanted), byEndpoint(present)];
  const names = new Set([...before.keys(), ...now.keys()]);
  return [
    ...(wanted.options === present.options ? [] : [`service ${key} ${wanted.options} → ${present.options}`]),
    ...[...names].flatMap((name) => {
      const [from, to] = [before.get(name), now.get(name)];
      const at = `(service ${key})`;
      if (!from || !to) return [`${name} ${weight(from)} → ${weight(to)} ${at}`];
      return [
        ...(from.forwarding === to.forwarding ? [] : [`forwarding ${from.forwarding} → ${to.forwarding}`]),
        ...shareChanges(from, to),
      ].map((change) => `${name} ${change} ${at}`);
    }),
  ];
}

function weight(to: TableDestination | undefined): string {
  return to ? `weight ${to.weight}` : "absent";
}
