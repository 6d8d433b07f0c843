/** Items of plans, from what tests are about. */
import { parseTable } from "../../model/table.ts";
import type { Item } from "../../render/hostPlan.ts";

type ServiceItem = Extract<Item, { kind: "service" }>;

/** The service that these lines tell, checked through the VIP. */
export function serviceItem(lines: readonly string[], changes: Partial<ServiceItem> = {}): ServiceItem {
  const [[key, planned] = ["", undefined]] = parseTable(lines);
  if (!planned) throw new Error(`no service in ${lines.join("; ")}`);
  return {
    kind: "service",
    key,
    planned,
    settleSeconds: 10,
    whenDown: "removed",
    repair: "reload any.service",
    log: "/dev/null",
    check: "/checks/web",
    fallback: "127.0.0.1:80",
    drainSeconds: 60,
    onDrainTimeout: "stop",
    ...changes,
  };
}
