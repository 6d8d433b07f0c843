/** Who holds the VIPs, in a director's own word. */
import type { HostReading } from "./hostReading.ts";

/** Whether a director says that it holds the VIPs; one that shares none holds them for good. */
export function holdsVips({ held, vrrp }: Pick<HostReading, "held" | "vrrp">): boolean {
  return held !== undefined && (vrrp === undefined || vrrp.role === "MASTER");
}
