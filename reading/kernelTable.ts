/** Reads the table that `ipvsadm -Ln` prints (ipvsadm(8)). */

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
      table.set(`${service[1]?.toLowerCase()} ${service[2]}`, destinations);
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
