/** The vocabulary of LVS as data: each choice with what it means for a cluster. */

/** How the director hands a packet to a real server (ipvsadm(8)). Direct routing is LVS-DR. */
export const forwardingMethods = {
  dr: { inWords: "direct routing", remapsPort: false },
} as const satisfies Readonly<Record<string, { readonly inWords: string; readonly remapsPort: boolean }>>;
export type Forwarding = keyof typeof forwardingMethods;

/** IPVS schedulers (ipvsadm(8), --scheduler). */
export const schedulers = [
  "rr",
  "wrr",
  "lc",
  "wlc",
  "lblc",
  "lblcr",
  "dh",
  "sh",
  "sed",
  "nq",
  "fo",
  "ovf",
  "mh",
] as const;
export type Scheduler = (typeof schedulers)[number];

/**
 * Flags of the schedulers that hash clients (ipvsadm(8), --sched-flags). Without `fallback` they refuse a client that falls
 * on a real server of weight 0, or on one that is full.
 */
export const hashFlags: Partial<
  Readonly<Record<Scheduler, { readonly fallback: string; readonly port: string }>>
> = {
  sh: { fallback: "sh-fallback", port: "sh-port" },
  mh: { fallback: "mh-fallback", port: "mh-port" },
};

/** The scheduler that has no such flag; drained in a way of its own (host/table.pl). */
export const refusing: Scheduler = "dh";

/**
 * What IPVS balances (ipvsadm(8), --tcp-service and --udp-service), and how a real server leaves unless a service says
 * otherwise. A client of UDP loses nothing by going to another real server with its next datagram, and the kernel keeps
 * it for five minutes after its last one.
 */
export const protocols = {
  tcp: { drainSeconds: 60, onDrainTimeout: "stop" },
  udp: { drainSeconds: 5, onDrainTimeout: "proceed" },
} as const;
export type Protocol = keyof typeof protocols;

/** Daemons that fill the kernel's table and take out real servers that fail their check. */
export const healthEngines = ["ldirectord", "keepalived"] as const;
export type HealthEngine = (typeof healthEngines)[number];
