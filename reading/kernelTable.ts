/** Reads the table that `ipvsadm -Ln` prints (ipvsadm(8)). */
import { parseEndpoint } from "../model/address.ts";
import { serviceKey } from "../model/serviceAddress.ts";

/** One real server of a virtual service, as the kernel has it. */
export interface KernelDestination {
  /** `ADDRESS:PORT`. */
  readonly key: string;
  readonly forwarding: string;
  readonly weight: number;
  readonly activeConnections: number;
  readonly inactiveConnections: number;
}

/** Real servers by virtual service, whose key is `tcp ADDRESS:PORT` or `udp ADDRESS:PORT`. */
export type KernelTable = ReadonlyMap<string, readonly KernelDestination[]>;

/** Reads the whole output; lines that are neither a service nor a real server are passed over. */
export function parseKernelTable(text: string): KernelTable {
  const table = new Map<string, KernelDestination[]>();
  let destinations: KernelDestination[] = [];
  for (const line of text.split("\n")) {
    // Services of a firewall mark are the health checks' own.
    if (line.startsWith("FWM ")) destinations = [];
    const service = /^(TCP|UDP)\s+(\S+)\s/.exec(line);
    if (service) {
      destinations = [];
      const [, protocol, address = ""] = service;
      const known = { knownBy: "port", protocol: protocol === "UDP" ? "udp" : "tcp" } as const;
      table.set(serviceKey({ ...known, ...parseEndpoint(address) }), destinations);
    }
    const destination = /^\s+->\s+(\S+:\d+)\s+(\S+)\s+(\d+)\s+(\d+)\s+(\d+)/.exec(line);
    if (destination) {
      const [, key = "", forwarding = "", weight, active, inactive] = destination;
      destinations.push({
        key,
        forwarding,
        weight: Number(weight),
        activeConnections: Number(active),
        inactiveConnections: Number(inactive),
      });
    }
  }
  return table;
}
