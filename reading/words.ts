/** Differences in an operator's words: what it is, as planned → as found. */
import type { Difference } from "./hostReading.ts";
import { parseRules, type RealServerRule, shareChanges } from "./ipvsRules.ts";

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
  const wanted = parseRules(planned.split("; ")).get(key);
  const present = parseRules(found.split("; ")).get(key);
  if (!wanted || !present)
    return [`service ${key} ${wanted ? "in the table" : planned} → ${present ? found : "absent"}`];
  const names = new Set([...wanted.realServers.keys(), ...present.realServers.keys()]);
  return [
    ...(wanted.options === present.options ? [] : [`service ${key} ${wanted.options} → ${present.options}`]),
    ...[...names].flatMap((name) => {
      const from = wanted.realServers.get(name);
      const to = present.realServers.get(name);
      const at = `(service ${key})`;
      if (!from || !to) return [`${name} ${weight(from)} → ${weight(to)} ${at}`];
      return [
        ...(from.forwarding === to.forwarding ? [] : [`forwarding ${from.forwarding} → ${to.forwarding}`]),
        ...shareChanges(from, to),
      ].map((change) => `${name} ${change} ${at}`);
    }),
  ];
}

function weight(rule: RealServerRule | undefined): string {
  return rule ? `weight ${rule.weight}` : "absent";
}
