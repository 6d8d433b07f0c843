/** What clients connect to: a VIP and port, and the real servers that share its connections. A declaration; directors act on it. */
import * as pulumi from "@pulumi/pulumi";
import { errorForPeople } from "../config/configError.ts";
import { resolveVirtualService } from "../config/resolve.ts";
import { serviceLines } from "../config/schema/extraLines.ts";
import { virtualServiceSchema } from "../config/schema/virtualService.ts";
import { entry, type VirtualService as Spec } from "../model/cluster.ts";
import type { Forwarding, Protocol, Scheduler } from "../model/lvs.ts";
import { checkedLines, type ServiceLinesArgs } from "./extraLines.ts";
import type { RealServer } from "./RealServer.ts";
import { validated } from "./validate.ts";

/** Arguments of a virtual service. */
export interface VirtualServiceArgs extends ServiceArgs {
  /** The real servers, each with its share. */
  readonly realServers: readonly DestinationArgs[];
}

/** What a service is, whoever serves it. */
export interface ServiceArgs {
  /** The virtual IP (VIP) that clients connect to: an IPv4 address that no host has as its own. */
  readonly address: pulumi.Input<string>;
  /** Port that clients connect to, 1 to 65535; with direct routing, real servers listen on the same one. */
  readonly port: pulumi.Input<number>;
  /** `tcp` or `udp`. Default: `tcp`. */
  readonly protocol?: pulumi.Input<Protocol> | undefined;
  /** IPVS scheduler (ipvsadm(8)). Default: `wrr`. */
  readonly scheduler?: pulumi.Input<Scheduler> | undefined;
  /** Hash the client's port with its address (`sh`, `mh`; ipvsadm(8), `sh-port`, `mh-port`): its connections spread. Default: false, they stay together. */
  readonly hashPort?: pulumi.Input<boolean> | undefined;
  /** How packets reach a real server (ipvsadm(8)). Default: `dr`, direct routing. */
  readonly forwarding?: pulumi.Input<Forwarding> | undefined;
  /** Send a client to the same real server for a while (ipvsadm(8), --persistent). Default: off. */
  readonly persistence?: pulumi.Input<PersistenceArgs> | undefined;
  /** When a real server counts as up. Default: HTTP GET /healthz every 5 s. */
  readonly healthCheck?: pulumi.Input<HealthCheckArgs> | undefined;
  /** Address that serves while no real server is up; `127.0.0.1` for the director itself (ldirectord(8)). Default: none. */
  readonly fallback?: pulumi.Input<string> | undefined;
  /** Keep a failed real server in the table at weight 0 instead of removing it (ldirectord(8)). Default: false. */
  readonly quiescent?: pulumi.Input<boolean> | undefined;
  /** Longest time for the connections of a real server that leaves, in seconds, 0 to 86400. Default: 60, with UDP 5. */
  readonly drainSeconds?: pulumi.Input<number> | undefined;
  /** When connections are left after `drainSeconds`: `stop` fails and leaves them, `proceed` ends them, and clients of UDP go on elsewhere. Default: `stop`, with UDP `proceed`. */
  readonly onDrainTimeout?: pulumi.Input<"stop" | "proceed"> | undefined;
  /** The VIP lies outside the director's subnet, and a router sends it there. Default: false. */
  readonly routed?: pulumi.Input<boolean> | undefined;
  /** Lines in the health engine's own language, for what has no argument here; they may be secrets. Default: none. */
  readonly extraLines?: pulumi.Input<ServiceLinesArgs> | undefined;
}

/** One real server of a service. */
export interface DestinationArgs extends ShareArgs {
  /** The host; it must hold the service's address among its `vips`. */
  readonly server: RealServer;
}

/** What a real server gets of a service. */
export interface ShareArgs {
  /** Share of new connections, 0 to 65535; 0 gives it none (quiesced; ipvsadm(8)). Default: 1. */
  readonly weight?: pulumi.Input<number> | undefined;
  /** Port on the real server, 1 to 65535; direct routing cannot change the port. Default: the service's. */
  readonly port?: pulumi.Input<number> | undefined;
  /** Connections at which it gets no new ones (ipvsadm(8)); 0 for no limit. Default: 0. */
  readonly upperThreshold?: pulumi.Input<number> | undefined;
  /** Connections below which it gets new ones again (ipvsadm(8)). Default: 0, three quarters of the upper one. */
  readonly lowerThreshold?: pulumi.Input<number> | undefined;
}

/** How long, and for whom, connections of a client go to the same real server. */
export interface PersistenceArgs {
  /** Seconds for which a client returns to the same real server, 1 to 2678400 (ipvsadm(8)). Default: 300. */
  readonly timeoutSeconds?: pulumi.Input<number> | undefined;
  /** Clients in one such network count as one client (ipvsadm(8)). Default: 255.255.255.255, each is its own. */
  readonly netmask?: pulumi.Input<string> | undefined;
}

/** A health check, run on the director against each real server; it means the same with every health engine. */
export type HealthCheckArgs = FetchCheckArgs | ConnectCheckArgs | BareCheckArgs;

/** When a check of any type is made, and what it takes to fail. */
export interface CheckTimingArgs {
  /** Seconds between two checks, 1 to 3600. Default: 5. */
  readonly intervalSeconds?: pulumi.Input<number> | undefined;
  /** Seconds until an unanswered check has failed, 1 to 300. Default: 3. */
  readonly timeoutSeconds?: pulumi.Input<number> | undefined;
  /** Failed checks in a row that take a real server out, 1 to 100. Default: 1. */
  readonly failures?: pulumi.Input<number> | undefined;
}

/** Fetches a page through the VIP, as clients do. */
export interface FetchCheckArgs extends CheckTimingArgs {
  /** Default: `http`. */
  readonly type?: pulumi.Input<"http" | "https"> | undefined;
  /** Path to fetch. Default: `/healthz`. */
  readonly path?: pulumi.Input<string> | undefined;
  /** Perl regular expression (perlre(1)) that an answer with status 2xx must match. Default: any such answer. */
  readonly expect?: pulumi.Input<string> | undefined;
  /** Host header to send. Default: the VIP. */
  readonly virtualHost?: pulumi.Input<string> | undefined;
  /** Port of the VIP to check, 1 to 65535. Default: the service's port. */
  readonly port?: pulumi.Input<number> | undefined;
}

/** Opens a connection through the VIP, as clients do. */
export interface ConnectCheckArgs extends CheckTimingArgs {
  readonly type: pulumi.Input<"connect">;
  /** Port of the VIP to check, 1 to 65535. Default: the service's port. */
  readonly port?: pulumi.Input<number> | undefined;
}

/** `ping` asks the real server's own address, as IPVS balances no ICMP echo; `none` never takes it out. */
export interface BareCheckArgs extends CheckTimingArgs {
  readonly type: pulumi.Input<"ping" | "none">;
}

/** A service on a virtual IP. It makes nothing by itself: a {@link Director} it is given to balances it. */
export class VirtualService extends pulumi.ComponentResource {
  /** The VIP. */
  readonly address: pulumi.Output<string>;
  /** Port that clients connect to. */
  readonly port: pulumi.Output<number>;
  /** Everything resolved but its extra lines; directors read it. */
  readonly spec: pulumi.Output<Omit<Spec, "extraLines">>;
  /** A secret where they are one. @internal */
  readonly extraLines: pulumi.Output<Omit<Spec["extraLines"], "isSecret">>;
  /** The hosts that must be ready before a director sends them connections. */
  readonly realServers: readonly RealServer[];

  constructor(name: string, args: VirtualServiceArgs, options?: pulumi.ComponentResourceOptions) {
    const { inputs, declared, spec, extraLines, realServers } = resolve(name, args);
    super("lvs:index:VirtualService", name, inputs, options);
    this.realServers = realServers;
    this.spec = spec;
    this.extraLines = extraLines;
    this.address = declared.address;
    this.port = declared.port;
    this.registerOutputs({ address: this.address, port: this.port });
  }
}

function resolve(name: string, { realServers: destinations, extraLines, ...service }: VirtualServiceArgs) {
  const realServers = destinations.map(({ server }) => server);
  const twice = realServers.find((server, index) => realServers.indexOf(server) !== index);
  if (twice)
    throw errorForPeople(`virtualServices.${name}.realServers: ${twice.name} is given twice; give it once`);
  const shares = Object.fromEntries(destinations.map(({ server, ...share }) => [server.name, share]));
  const path = `virtualServices.${name}`;
  // Apart from the hosts' addresses: what is declared is checked at preview, even if a host is yet to be made.
  const declared = pulumi
    .output({ ...service, realServers: shares })
    .apply((written) => validated(virtualServiceSchema.omit({ extraLines: true }), path, written));
  const addresses = pulumi.all(Object.fromEntries(realServers.map(({ name, address }) => [name, address])));
  const spec = pulumi
    .all([declared, addresses])
    .apply(([checked, found]) => resolveVirtualService(name, checked, (server) => entry(found, server)));
  return {
    spec,
    declared,
    extraLines: checkedLines(serviceLines, `${path}.extraLines`, extraLines),
    realServers,
    inputs: { ...service, extraLines, realServers: shares },
  };
}
