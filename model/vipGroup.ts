/** VIPs that several directors share by VRRP: one of them holds all of the group, the others are ready to. */
import type { Cluster, Director, Vrrp } from "./cluster.ts";
import { vipsOf } from "./cluster.ts";

/** Who shares, and how. */
export interface Sharing {
  readonly vrrp: Vrrp;
  /** Every director of the group, each with its rank. */
  readonly directors: readonly Director[];
}

/** What is shared besides. */
export interface VipGroup extends Sharing {
  readonly vips: readonly string[];
}

/** The group of a cluster, which has one; undefined with one director, which holds the VIPs for good. */
export function vipGroupOf({
  directors,
  vrrp,
  virtualServices,
}: Pick<Cluster, "directors" | "vrrp" | "virtualServices">): VipGroup | undefined {
  return vrrp && { vrrp, directors, vips: vipsOf(virtualServices) };
}

/** Addresses of the other directors. */
export function peersOf(name: string, { directors }: Sharing): string[] {
  return directors.filter((other) => other.name !== name).map(({ address }) => address);
}
