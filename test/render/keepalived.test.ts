/** What directors that share VIPs are told by keepalived.conf, read by a parser of its own. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { type Cluster, vipsOf } from "../../model/cluster.ts";
import { planDirector } from "../../render/director.ts";
import { clusterOf } from "../fixtures.ts";
import { arbitrarySettings } from "./arbitrarySettings.ts";
import { variants } from "./fixtureClusters.ts";
import { type Block, parseKeepalived } from "./keepalivedParser.ts";

const shared = arbitrarySettings.map(clusterOf).filter(({ vrrp }) => vrrp !== undefined);

function everyShared(behaviour: string, check: (cluster: Cluster) => void): void {
  it(behaviour, () => {
    for (const { cluster } of variants.filter(({ cluster: { vrrp } }) => vrrp)) check(cluster);
    fc.assert(fc.property(shared, check), { numRuns: 50 });
  });
}

everyShared("directors share one router, its VIPs and its pace", (cluster) => {
  const { vrrp, virtualServices } = cluster;
  for (const { director, instance } of instancesOf(cluster)) {
    expect(instance.settings).toMatchObject({
      interface: director.interface,
      virtual_router_id: String(vrrp?.routerId),
      priority: String(director.priority),
    });
    expect(Number(instance.settings.advert_int) * 100).toBeCloseTo(vrrp?.advertIntervalCentiseconds ?? 0);
    expect("nopreempt" in instance.settings).toBe(!vrrp?.preempt);
    expect(blockOf(instance.blocks, "virtual_ipaddress_excluded").entries).toEqual(
      vipsOf(virtualServices).map((vip) => `${vip}/32 dev ${director.interface}`),
    );
  }
});

everyShared("each director speaks to all others and to nobody else, or to whoever listens", (cluster) => {
  for (const { director, instance } of instancesOf(cluster)) {
    const { settings, blocks } = instance;
    const peers = blocks.find(({ name }) => name === "unicast_peer")?.entries;
    if (cluster.vrrp?.multicast) {
      expect([settings.unicast_src_ip, peers]).toEqual([undefined, undefined]);
    } else {
      expect(settings.unicast_src_ip).toBe(director.address);
      expect([director.address, ...(peers ?? [])].sort()).toEqual(
        cluster.directors.map(({ address }) => address).sort(),
      );
    }
  }
});

everyShared("whatever an instance tracks is defined in the same file", (cluster) => {
  for (const { blocks, instance } of instancesOf(cluster)) {
    for (const [list, definition] of [
      ["track_script", "vrrp_script"],
      ["track_file", "track_file"],
    ] as const) {
      const defined = blocks.filter(({ name }) => name === definition).map((block) => block.arguments);
      expect(blockOf(instance.blocks, list).entries).toEqual(defined);
    }
  }
});

/** Each director, the blocks of its file, and the instance among them. */
function instancesOf(cluster: Cluster) {
  return cluster.directors.map((director) => {
    const file = planDirector(cluster, director).items.find(
      (item) => item.kind === "file" && item.notify === "keepalived.service",
    );
    const blocks = parseKeepalived(file?.kind === "file" ? file.content : "");
    return { director, blocks, instance: blockOf(blocks, "vrrp_instance") };
  });
}

/** The only block of a name. */
function blockOf(blocks: readonly Block[], name: string): Block {
  const [found, ...others] = blocks.filter((block) => block.name === name);
  if (!found || others.length > 0) throw new Error(`not one block ${name}`);
  return found;
}
