/** What a cluster is once everything is resolved: plain data, references followed, no defaults left. */
import type { Endpoint } from "./address.ts";
import type { Daemon, ExtraLines } from "./extraLines.ts";
import type { HealthCheck } from "./healthCheck.ts";
import type { Forwarding, HealthEngine, Scheduler } from "./lvs.ts";
import { type ServiceAddress, vipsAt } from "./serviceAddress.ts";
import type { System } from "./system.ts";

/** A machine on the shared link. */
export interface Host {
  readonly name: string;
  readonly address: string;
  /** Interface that must hold `address`; undefined: whichever does. */
  readonly interface: string | undefined;
  readonly system: System;
}

/** A host that balances. */
export interface Director extends Host {
  /** Its rank among several directors, 1 to 254; the highest is preferred (RFC 5798 §5.2.4). */
  readonly priority: number;
}

/** How several directors share the VIPs; fields as in the configuration. */
export interface Vrrp {
  readonly routerId: number;
  readonly advertIntervalCentiseconds: number;
  readonly multicast: boolean;
  readonly preempt: boolean;
}

/** A host that serves. */
export interface RealServer extends Host {
  /** Addresses held on the loopback, silent in ARP. */
  readonly vips: readonly string[];
  /** Present when Apache is managed. */
  readonly apache: Apache | undefined;
}

/** What a managed Apache serves. */
export interface Apache {
  readonly ports: readonly number[];
  /** Paths that answer 200 while Apache serves. */
  readonly healthPaths: readonly string[];
  /** Undefined: a folder of our own with a page that names the host. */
  readonly documentRoot: string | undefined;
  /** When it changes, the package is brought to its newest version and Apache is restarted. */
  readonly revision: string | undefined;
}

/** A real server of one service, and its share. */
export interface Destination extends Endpoint {
  readonly name: string;
  readonly weight: number;
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
}

/** What clients connect to; fields as in the configuration. */
export type VirtualService = ServiceAddress & {
  readonly name: string;
  readonly scheduler: Scheduler;
  readonly hashPort: boolean;
  readonly forwarding: Forwarding;
  readonly persistence: { readonly timeoutSeconds: number; readonly netmask: string } | undefined;
  readonly healthCheck: HealthCheck;
  readonly fallback: string | undefined;
  readonly quiescent: boolean;
  /** Longest time for the connections of a real server that leaves. */
  readonly drainSeconds: number;
  readonly onDrainTimeout: "stop" | "proceed";
  /** The VIP lies outside the directors' link, and a router sends it there. */
  readonly routed: boolean;
  /** For the service's own section of the health engine's file. */
  readonly extraLines: ExtraLines<HealthEngine>;
  readonly realServers: readonly Destination[];
};

/** Everything that is described. */
export interface Cluster {
  /** The link that directors and real servers share, in CIDR notation. */
  readonly subnet: string;
  readonly directors: readonly Director[];
  /** Undefined with one director: it holds the VIPs for good. */
  readonly vrrp: Vrrp | undefined;
  /** The daemon that fills the directors' tables. */
  readonly healthEngine: HealthEngine;
  readonly realServers: readonly RealServer[];
  readonly virtualServices: readonly VirtualService[];
  /** For the global section of each daemon's file. */
  readonly extraLines: ExtraLines<Daemon>;
}

/** Distinct VIPs of the services, in order of first use. */
export function vipsOf(services: readonly ServiceAddress[]): string[] {
  return [...new Set(services.flatMap(vipsAt))];
}

/** The entry of `record` under `name`; resolving has made sure that it exists. */
export function entry<T>(record: Readonly<Record<string, T>>, name: string): T {
  const found = record[name];
  if (found === undefined) throw new Error(`no entry "${name}"; there are ${Object.keys(record).join(", ")}`);
  return found;
}
