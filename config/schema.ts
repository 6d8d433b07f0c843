/** What a user may write: every setting with its meaning, unit, range and default. docs/configuration.md is printed from it. */
import { z } from "zod";
import { forwardingMethods, healthEngines, protocols, schedulers } from "../model/lvs.ts";
import {
  address,
  choice,
  filePath,
  flag,
  hostKey,
  hostName,
  integer,
  named,
  netmask,
  path,
  plainText,
  port,
  say,
  settings,
  sshUser,
  subnet,
  text,
} from "./fields.ts";
import { healthCheck } from "./healthCheck.ts";

const dialAttempts = integer(1, 100, "attempts");

const jump = settings({
  host: hostName.describe("Name or address of the jump host."),
  port: port.default(22).describe("SSH port of the jump host."),
  user: sshUser
    .default("root")
    .describe("Login on the jump host; the key is the same as for the hosts behind it."),
  hostKey: hostKey.describe("Public host key of the jump host, as `ssh-keyscan` prints it without the name."),
});

const sshShape = {
  user: sshUser
    .optional()
    .describe("Login; it must be root or may run sudo without a password. Default `root`."),
  port: port.optional().describe("SSH port. Default 22."),
  privateKeyFile: z
    .string(say("give the path of a private key file"))
    .min(1, say("give the path of a private key file"))
    .optional()
    .describe(
      "Private key file on this machine, `~/` allowed. Alternatives: `agent`, or the secret `sshPrivateKey`.",
    ),
  agent: flag("use the SSH agent")
    .optional()
    .describe("Use the SSH agent of `SSH_AUTH_SOCK`. Default false."),
  jump: jump.optional().describe("Jump host to go through."),
  dialAttempts: dialAttempts
    .optional()
    .describe(
      "Attempts to reach a host before giving up, 0.1 s to 5 s apart. Default 10, enough for `--parallel 64` through a jump host of sshd's default `MaxStartups`.",
    ),
};

const sharedSsh = settings(sshShape);

const hostSsh = settings({
  ...sshShape,
  host: hostName.optional().describe("Name or address for SSH, if it is not `address`."),
  hostKey: hostKey
    .optional()
    .describe("Public host key, as `ssh-keyscan` prints it without the name. Required outside the lab."),
});

const hostShape = {
  address: address.describe("The host's own address on the shared link."),
  interface: text(/^[A-Za-z0-9_.-]{1,15}$/, "give an interface name such as eth0")
    .optional()
    .describe("Interface that must hold `address`. Default: whichever does."),
  ssh: hostSsh.optional().describe("What differs from the shared `ssh` for this host."),
};

const director = settings({
  ...hostShape,
  priority: integer(1, 254, "a VRRP priority")
    .optional()
    .describe(
      "VRRP priority among several directors, the highest first (RFC 5798 §5.2.4). Default: 250 for the first by name, 240 for the second, and so on.",
    ),
});

const vrrp = settings({
  routerId: integer(1, 255, "a virtual router id")
    .optional()
    .describe(
      "Virtual router id, unique on the link (RFC 5798 §5.2.3); connections are synchronised under the same number. Default: derived from the names of project and stack.",
    ),
  advertIntervalCentiseconds: integer(1, 4095, "hundredths of a second")
    .default(10)
    .describe(
      "Hundredths of a second between two advertisements, the unit of RFC 5798 §5.2.7; a backup takes over after a little more than three of them.",
    ),
  multicast: flag("advertise by multicast")
    .default(false)
    .describe(
      "Advertise to 224.0.0.18 instead of to each director; clouds and many switches drop multicast.",
    ),
  preempt: flag("let the director of the highest priority take the VIPs back")
    .default(false)
    .describe(
      "Whether a director of higher priority takes the VIPs back as soon as it can serve; without it they stay where they are, as each move is a risk.",
    ),
});

const apache = settings({
  documentRoot: filePath
    .optional()
    .describe("Folder to serve. Default: a folder of our own with a page that names the host."),
  revision: plainText("a text (a number in quotes)")
    .optional()
    .describe(
      "Any text; another one brings the package to the newest version of the host's mirrors and restarts Apache.",
    ),
});

const realServer = settings({
  ...hostShape,
  drain: flag("take this host out of all services")
    .default(false)
    .describe(
      "Take the host out of all services, for maintenance: drained, out of the tables, VIPs off. It keeps its settings.",
    ),
  apache: apache
    .optional()
    .describe("Have Apache installed and configured for the services of this host; `{}` for the defaults."),
});

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
  upperThreshold: threshold("Connections at which it gets no new ones; 0 for no limit."),
  lowerThreshold: threshold(
    "Connections below which it gets new ones again; 0 for three quarters of the upper one.",
  ),
});

const healthEngine = choice(healthEngines)
  .default("ldirectord")
  .describe(
    "The daemon that fills the kernel's table and checks real servers: `ldirectord` or `keepalived`, with the same services and the same checks.",
  );

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
  realServers: named(destination, "real server").describe("The real servers that serve it, by name."),
});

/** What a RealServer component is told about its host. */
export const realServerArgsSchema = settings({
  address,
  interface: hostShape.interface,
  virtualAddresses: z.array(address, say("give a list of IPv4 addresses")),
  apache: settings({
    ports: z.array(port, say("give a list of ports")).min(1, say("give at least one port")),
    healthPaths: z.array(path, say("give a list of paths")),
    documentRoot: filePath.optional(),
    revision: plainText("a text (a number in quotes)").optional(),
  }).optional(),
});

/** How a component is told to reach its host. Private keys and passphrases are not here: they are shown to nobody. */
export const sshRouteSchema = settings({
  user: sshUser.default("root"),
  host: hostName,
  port: port.default(22),
  hostKey,
  jump: jump.optional(),
  dialAttempts: dialAttempts.default(10),
});

/** What a VirtualRouter component is told about its directors. */
export const virtualRouterArgsSchema = settings({ directors: named(director, "director"), ...vrrp.shape });

/** What a Director component is told about its host. */
export const directorArgsSchema = settings({
  address,
  interface: hostShape.interface,
  subnet,
  healthEngine,
});

const lab = settings({
  image: choice(["full", "bare"])
    .default("full")
    .describe("`full` has the packages already; `bare` has nothing but sshd, and converging installs them."),
  client: address
    .optional()
    .describe("Address of the client container. Default: the last usable one of `subnet`."),
});

/** The whole configuration of a stack, without its secrets. */
export const configSchema = settings({
  subnet: subnet.describe(
    "The link that directors and real servers share. In the lab: inside 198.18.0.0/15 (RFC 2544).",
  ),
  directors: named(director, "director").describe(
    "Hosts that balance, by name. With two or more, VRRP keeps the VIPs on one of them, and the others take over when it fails.",
  ),
  realServers: named(realServer, "real server").describe("Hosts that serve, by name."),
  virtualServices: named(virtualServiceSchema, "virtual service").describe(
    "What clients connect to, by name.",
  ),
  vrrp: vrrp.prefault({}).describe("How several directors share the VIPs; unused with one."),
  healthEngine,
  maxUnavailable: integer(1, 1000, "real servers")
    .default(1)
    .describe("Real servers that may be out of service at a time for a change of their own."),
  allowBreakingConnections: flag("let a change end connections")
    .default(false)
    .describe(
      "Allow changes that must end connections; without it they are refused before anything happens.",
    ),
  ssh: sharedSsh.optional().describe("How hosts are reached, unless a host says otherwise. Not in the lab."),
  lab: lab.optional().describe("Build the hosts as containers on this machine; `{}` for the defaults."),
});

/** The configuration as parsed: defaults filled in. */
export type Config = z.infer<typeof configSchema>;
/** What directors and real servers have in common, as parsed. */
export type HostConfig = Config["directors"][string];
/** One director as parsed. */
export type DirectorConfig = Config["directors"][string];
/** VRRP settings as parsed. */
export type VrrpConfig = Config["vrrp"];
/** One real server as parsed. */
export type RealServerConfig = Config["realServers"][string];
/** One virtual service as parsed: defaults filled in. */
export type VirtualServiceConfig = z.infer<typeof virtualServiceSchema>;

function keysOf<K extends string>(record: Record<K, unknown>): [K, ...K[]] {
  return Object.keys(record) as [K, ...K[]];
}
