/** Finds nameservers that can be asked from another kernel than the machine's own. */
import { getServers } from "node:dns";
import { existsSync, readFileSync } from "node:fs";
import { isIPv4 } from "node:net";

/** Where systemd-resolved lists the servers behind its own loopback address (systemd-resolved.service(8)). */
const RESOLVED_LIST = "/run/systemd/resolve/resolv.conf";

/** IPv4 addresses of the machine's nameservers; empty when it only has one of its own on the loopback. */
export function machineNameservers(
  configured: readonly string[] = getServers(),
  resolvedList = RESOLVED_LIST,
): string[] {
  const reachable = configured.filter(isReachable);
  return reachable.length > 0 ? reachable : listed(resolvedList).filter(isReachable);
}

function isReachable(server: string): boolean {
  return isIPv4(server) && !server.startsWith("127.");
}

function listed(path: string): string[] {
  if (!existsSync(path)) return [];
  return [...readFileSync(path, "utf8").matchAll(/^nameserver\s+(\S+)/gm)].map(([, server = ""]) => server);
}
