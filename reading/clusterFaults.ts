/** What is wrong with directors as one cluster, though each by itself may be as planned. */
import type { HostReading } from "./hostReading.ts";
import { tableFaults } from "./tableFaults.ts";
import { vipFaults } from "./vipFaults.ts";

/** A host that was asked how it is. */
export interface Asked {
  readonly name: string;
  /** Undefined where it could not be read. */
  readonly reading: HostReading | undefined;
}

/** A director that has said how it is. */
export interface KnownDirector extends Asked {
  readonly reading: HostReading;
}

/** Something that is not as it must be in a cluster. */
export interface ClusterFault {
  /** What is so, naming the hosts. */
  readonly found: string;
  /** What most often causes it, and what to do. */
  readonly remedy: string;
}

/**
 * Nothing where exactly one director holds each VIP, in their own word and as seen from the link, their tables are equal,
 * and all of them tell each other of connections. Real servers are there to be named.
 */
export function clusterFaults(directors: readonly Asked[], realServers: readonly Asked[]): ClusterFault[] {
  const known = directors.filter((each): each is KnownDirector => each.reading?.held !== undefined);
  return [
    ...vipFaults(known, directors, realServers),
    ...(known.length > 1 ? [...tableFaults(known), ...syncFaults(known)] : []),
  ];
}

/** The faults as a person reads them. */
export function showFaults(faults: readonly ClusterFault[]): string {
  return faults.map(({ found, remedy }) => `${found}\n  ${remedy}`).join("\n");
}

function syncFaults(directors: readonly KnownDirector[]): ClusterFault[] {
  const daemons = directors.flatMap(({ name, reading: { vrrp } }) =>
    vrrp ? [{ name, sync: vrrp.sync }] : [],
  );
  const ids = new Set(daemons.map(({ sync }) => /^master and backup on \S+, (id \d+)$/.exec(sync)?.[1]));
  if (ids.size < 2 && !ids.has(undefined)) return [];
  return [
    {
      found: `connection synchronisation: ${daemons.map(({ name, sync }) => `${name} ${sync || "not running"}`).join("; ")}`,
      remedy: "each director must run it as master and as backup, all under one id: `up` sees to it",
    },
  ];
}
