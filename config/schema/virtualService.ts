/** What a user may write of a virtual service. */
import { forwardingMethods, protocols, schedulers } from "../../model/lvs.ts";
import { serviceLines } from "./extraLines.ts";
import { address, choice, flag, integer, named, netmask, port, settings } from "./fields.ts";
import { healthCheck } from "./health.ts";

const persistence = settings({
  timeoutSeconds: integer(1, 2678400, "seconds")
    .default(300)
    .describe("Seconds for which a client returns to the same real server."),
  netmask: netmask.describe("Clients in one such network count as one client."),
});

const threshold = (meaning: string) => integer(0, 1_000_000_000, "connections").default(0).describe(meaning);

const destination = settings({
  weight: integer(0, 65535, "a weight")
    .default(1)
    .describe("Share of new connections; 0 gives it none (quiesced)."),
  port: port
    .optional()
    .describe("Port on the real server. Direct routing cannot change the port. Default: the service's."),
  upperThreshold: threshold(
    "Connections at which it gets no new ones; 0 for no limit. The ldirectord of Ubuntu 22.04 knows none: choose keepalived there.",
  ),
  lowerThreshold: threshold(
    "Connections below which it gets new ones again; 0 for three quarters of the upper one.",
  ),
});

/** One virtual service, as written under `virtualServices`. */
export const virtualServiceSchema = settings({
  address: address.describe("The virtual IP (VIP) that clients connect to."),
  port: port.describe("Port that clients connect to; real servers listen on the same one."),
  protocol: choice(keysOf(protocols)).default("tcp").describe("`tcp` or `udp`."),
  scheduler: choice(schedulers)
    .default("wrr")
    .describe(
      "IPVS scheduler, see ipvsadm(8). `sh` and `mh` send clients of a real server that leaves or is full to another one (`sh-fallback`, `mh-fallback`); `dh` sends all clients of a VIP to one real server.",
    ),
  hashPort: flag("hash the client's port too")
    .default(false)
    .describe(
      "Hash the client's port with its address (`sh`, `mh`; `sh-port`, `mh-port` of ipvsadm(8)). Off, a client's connections stay on one real server, which sessions kept there need; on, they spread, which a few clients with many connections need.",
    ),
  forwarding: choice(keysOf(forwardingMethods))
    .default("dr")
    .describe(
      `How packets reach a real server: ${Object.entries(forwardingMethods)
        .map(([method, { inWords }]) => `\`${method}\` is ${inWords}`)
        .join(", ")}.`,
    ),
  persistence: persistence
    .optional()
    .describe("Send a client to the same real server for a while. Default: off."),
  healthCheck: healthCheck.prefault({}).describe("When a real server counts as up."),
  fallback: address
    .optional()
    .describe("Address that serves while no real server is up; `127.0.0.1` for the director itself."),
  quiescent: flag("keep a failed real server at weight 0")
    .default(false)
    .describe("Keep a failed real server in the table at weight 0 instead of removing it."),
  drainSeconds: integer(0, 86_400, "seconds")
    .optional()
    .describe(
      "Longest time for the connections of a real server that leaves; it gets no new ones meanwhile. Default: 60, with UDP 5.",
    ),
  onDrainTimeout: choice(["stop", "proceed"])
    .optional()
    .describe(
      "When connections are left after `drainSeconds`: `stop` puts the real server back and fails, `proceed` ends them; clients of UDP go on with other real servers. Default: `stop`, with UDP `proceed`, as a client of UDP counts as connected for five minutes after its last datagram.",
    ),
  routed: flag("the VIP is routed to the director")
    .default(false)
    .describe("The VIP lies outside `subnet`, and a router sends it to the director."),
  extraLines: serviceLines
    .prefault({})
    .describe(
      "Lines for this service in the health engine's own language, for what has no setting here; only those of the engine in use count. They may be secrets.",
    ),
  realServers: named(destination, "real server").describe("The real servers that serve it, by name."),
});

function keysOf<K extends string>(record: Record<K, unknown>): [K, ...K[]] {
  return Object.keys(record) as [K, ...K[]];
}
