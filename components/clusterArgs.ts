/** What a Cluster is told: a configuration, its leaves Inputs, and what a program knows of its machines besides. */
import type * as pulumi from "@pulumi/pulumi";
import type { HealthEngine } from "../model/lvs.ts";
import type { DirectorLinesArgs } from "./extraLines.ts";
import type { ApacheArgs } from "./RealServer.ts";
import type { SharedSshArgs, SshArgs } from "./ssh.ts";
import type { MemberArgs, VrrpArgs } from "./VirtualRouter.ts";
import type { ServiceArgs, ShareArgs } from "./VirtualService.ts";

/** Arguments of a cluster. Names are made of lower-case letters, digits and hyphens, a letter first, at most 41 characters. */
export interface ClusterArgs {
  /** The link that directors and real servers share, in CIDR notation, for example `192.0.2.0/24`. */
  readonly subnet: pulumi.Input<string>;
  /** Hosts that balance, by name, the preferred one first. With two or more, VRRP keeps the VIPs on one of them. */
  readonly directors: Readonly<Record<string, ClusterDirectorArgs>>;
  /** Hosts that serve, by name. */
  readonly realServers: Readonly<Record<string, ClusterRealServerArgs>>;
  /** What clients connect to, by name. */
  readonly virtualServices: Readonly<Record<string, ClusterServiceArgs>>;
  /** How several directors share the VIPs. Default: as said there; unused with one. */
  readonly vrrp?: VrrpArgs | undefined;
  /** The daemon that fills the kernel's table and checks real servers: `ldirectord` or `keepalived`. Default: `ldirectord`. */
  readonly healthEngine?: pulumi.Input<HealthEngine> | undefined;
  /** Real servers that may be out of service at a time for a change of their own, 1 to 1000. Default: 1. */
  readonly maxUnavailable?: pulumi.Input<number> | undefined;
  /** Allow changes that must end connections; without it they fail before anything happens. Default: false. */
  readonly allowBreakingConnections?: pulumi.Input<boolean> | undefined;
  /** Lines in the own languages of the directors' daemons, for what has no argument here; they may be secrets. Default: none. */
  readonly extraLines?: pulumi.Input<DirectorLinesArgs> | undefined;
  /** How hosts are reached, unless one says otherwise. Default: each says it. */
  readonly ssh?: SharedSshArgs | undefined;
}

/** The way to a machine, and what a program knows of it. */
export interface MachineArgs {
  /** How to reach the host; what it does not say is taken from the cluster's `ssh`. */
  readonly ssh: SshArgs;
  /** Identity of the machine behind the address, for example an instance id: nothing is asked of the host before it is known. Default: none. */
  readonly machineId?: pulumi.Input<string> | undefined;
  /** Resource that is the machine: a host that goes with it is not given back before. Default: none. */
  readonly deletedWith?: pulumi.Resource | undefined;
}

/** One director of a cluster. */
export interface ClusterDirectorArgs extends MemberArgs, MachineArgs {}

/** One real server of a cluster. */
export interface ClusterRealServerArgs extends MachineArgs {
  /** The host's own IPv4 address on the link it shares with the others; another one is another machine. */
  readonly address: pulumi.Input<string>;
  /** Interface that must hold `address`. Default: whichever does. */
  readonly interface?: pulumi.Input<string> | undefined;
  /** Take the host out of all services, for maintenance: drained, out of the tables, VIPs off. Default: false. */
  readonly drain?: pulumi.Input<boolean> | undefined;
  /** Have Apache installed and configured for the services of this host. Default: the application is yours. */
  readonly apache?: Pick<ApacheArgs, "documentRoot" | "revision"> | undefined;
}

/** One virtual service of a cluster. */
export interface ClusterServiceArgs extends ServiceArgs {
  /** The real servers that serve it, by name, each with its share. */
  readonly realServers: Readonly<Record<string, ShareArgs>>;
}
