/** What clients connect to: a VIP and port, and the real servers that share its connections. A declaration; directors act on it. */
import * as pulumi from "@pulumi/pulumi";
import { virtualServiceSchema } from "../config/schema.ts";
import type { VirtualService as Spec } from "../model/cluster.ts";
import type { Forwarding, HealthCheckType, Protocol, Scheduler } from "../model/lvs.ts";
import { resolveVirtualService } from "../model/resolve.ts";
import type { RealServer } from "./RealServer.ts";
import { validated } from "./validate.ts";

export interface VirtualServiceArgs {
  /** The virtual IP (VIP) that clients connect to. */
  readonly address: pulumi.Input<string>;
  /** Port that clients connect to, 1 to 65535. */
  readonly port: pulumi.Input<number>;
  /** `tcp` or `udp`. Default: `tcp`. */
  readonly protocol?: pulumi.Input<Protocol>;
  /** IPVS scheduler (ipvsadm(8)). Default: `wrr`. */
  readonly scheduler?: pulumi.Input<Scheduler>;
  /** How packets reach a real server (ipvsadm(8)). Default: `dr`, direct routing. */
  readonly forwarding?: pulumi.Input<Forwarding>;
  /** Send a client to the same real server for a while. Default: off. */
  readonly persistence?: pulumi.Input<PersistenceArgs> | undefined;
  /** When a real server counts as up. Default: HTTP GET /healthz every 5 s. */
  readonly healthCheck?: pulumi.Input<HealthCheckArgs>;
  /** Address that serves while no real server is up; `127.0.0.1` for the director itself. Default: none. */
  readonly fallback?: pulumi.Input<string> | undefined;
  /** Keep a failed real server in the table at weight 0 instead of removing it (ldirectord(8)). Default: false. */
  readonly quiescent?: pulumi.Input<boolean>;
  /** The VIP lies outside the director's subnet, and a router sends it there. Default: false. */
  readonly routed?: pulumi.Input<boolean>;
  /** The real servers, each with its share. */
  readonly realServers: readonly DestinationArgs[];
}

/** One real server of a service. */
export interface DestinationArgs {
  readonly server: RealServer;
  /** Share of new connections, 0 to 65535; 0 gives it none (quiesced). Default: 1. */
  readonly weight?: pulumi.Input<number>;
  /** Connections at which it gets no new ones; 0 for no limit. Default: 0. */
  readonly upperThreshold?: pulumi.Input<number>;
  /** Connections below which it gets new ones again (ipvsadm(8)). Default: 0, three quarters of the upper one. */
  readonly lowerThreshold?: pulumi.Input<number>;
}

export interface PersistenceArgs {
  /** Seconds for which a client returns to the same real server. Default: 300. */
  readonly timeoutSeconds?: pulumi.Input<number>;
  /** Clients in one such network count as one client. Default: 255.255.255.255. */
  readonly netmask?: pulumi.Input<string>;
}

/** A health check, run by ldirectord(8) on the director against each real server. */
export interface HealthCheckArgs {
  /** `http` and `https` fetch `path`; `connect` opens a connection; `ping`; `none` never takes it out. Default: `http`. */
  readonly type?: pulumi.Input<HealthCheckType>;
  /** Path to fetch. Default: `/healthz`. */
  readonly path?: pulumi.Input<string>;
  /** Perl regular expression the answer must match. Default: any answer with status 2xx. */
  readonly expect?: pulumi.Input<string> | undefined;
  /** Host header to send. Default: the real server's address. */
  readonly virtualHost?: pulumi.Input<string> | undefined;
  /** Port to check. Default: the service's port. */
  readonly port?: pulumi.Input<number> | undefined;
  /** Seconds between two checks. Default: 5. */
  readonly intervalSeconds?: pulumi.Input<number>;
  /** Seconds until an unanswered check has failed. Default: 3. */
  readonly timeoutSeconds?: pulumi.Input<number>;
  /** Failed checks in a row that take a real server out. Default: 1. */
  readonly failures?: pulumi.Input<number>;
}

export class VirtualService extends pulumi.ComponentResource {
  /** The VIP. */
  readonly address: pulumi.Output<string>;
  readonly port: pulumi.Output<number>;
  /** Everything resolved; directors read it. */
  readonly spec: pulumi.Output<Spec>;
  /** The hosts that must be ready before a director sends them connections. */
  readonly realServers: readonly RealServer[];

  constructor(name: string, args: VirtualServiceArgs, options?: pulumi.ComponentResourceOptions) {
    const servers = args.realServers.map(({ server }) => server);
    const { realServers, ...service } = args;
    const shares = Object.fromEntries(realServers.map(({ server, ...share }) => [server.name, share]));
    super("lvs:index:VirtualService", name, { ...service, realServers: shares }, options);
    this.realServers = servers;
    this.spec = pulumi
      .all([
        pulumi.output({ ...service, realServers: shares }),
        Object.fromEntries(servers.map((s) => [s.name, s.address])),
      ])
      .apply(([declared, addresses]) => resolve(name, declared, addresses));
    this.address = this.spec.address;
    this.port = this.spec.port;
    this.registerOutputs({ address: this.address, port: this.port });
  }
}

function resolve(name: string, declared: unknown, addresses: Record<string, string>): Spec {
  const service = validated(virtualServiceSchema, `virtualServices.${name}`, declared);
  return resolveVirtualService(name, service, (realServer) => addresses[realServer] ?? "");
}
