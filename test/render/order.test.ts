import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Cluster } from "../../model/cluster.ts";
import { vipsOf } from "../../model/cluster.ts";
import { engines } from "../../render/healthEngine.ts";
import type { FileItem, HostPlan, Item } from "../../render/hostPlan.ts";
import { plansOf } from "../../render/plans.ts";
import { planRealServer } from "../../render/realServer.ts";
import { renderScript } from "../../render/script.ts";
import { clusterOf, type Settings } from "../fixtures.ts";
import { arbitrarySettings } from "./arbitrarySettings.ts";
import { fixtures, variants } from "./fixtureClusters.ts";

const clusters = arbitrarySettings.map(clusterOf);

describe("on every real server", () => {
  everyCluster("VIPs come last, and then only the proof that something answers on them", (cluster) => {
    for (const { items } of cluster.realServers.map(planRealServer)) {
      expectVipsLast(items.filter(({ kind }) => kind !== "http"));
      const proofs = items.findIndex(({ kind }) => kind === "http");
      expect(proofs < 0 ? [] : items.slice(proofs).filter(({ kind }) => kind !== "http")).toEqual([]);
    }
  });

  everyCluster("silence in ARP is set before anything that could bring a VIP up", (cluster) => {
    for (const server of cluster.realServers.filter(({ vips }) => vips.length > 0)) {
      const { items } = planRealServer(server);
      const silence = lastIndexOf(items, ({ kind }) => kind === "sysctl");
      expect(silence).toBeGreaterThan(-1);
      expect(items.slice(0, silence).filter(bringsVip)).toEqual([]);
    }
  });

  everyCluster("the settings for the next boot are written before those for now", (cluster) => {
    for (const { items } of plansOf(cluster).filter((plan) => vipsIn(plan).length > 0)) {
      const file = items.findIndex((item) => item.kind === "file" && item.path.startsWith("/etc/sysctl.d/"));
      expect(file).toBeGreaterThan(-1);
      expect(items.findIndex(({ kind }) => kind === "sysctl")).toBeGreaterThan(file);
    }
  });

  everyCluster("Apache is asked for its pages after it was configured and started", (cluster) => {
    for (const { items } of cluster.realServers.map(planRealServer)) {
      const running = items.findIndex((item) => item.kind === "unit" && item.name === "apache2.service");
      const asked = items.findIndex(({ kind }) => kind === "http");
      if (asked >= 0) expect(running).toBeGreaterThan(-1);
      expect(items.slice(0, running).filter(({ kind }) => kind === "http")).toEqual([]);
    }
  });
});

/** What says how real servers are asked, with either engine. */
function isOfChecks({ path, check }: FileItem): boolean {
  return path.includes("/checks/") || check === "checker";
}

function isChecker(item: Item): boolean {
  return item.kind === "unit" && item.name === "pulumi-lvs-checker.service";
}

describe("on every director", () => {
  everyCluster("VIPs come last, after a kernel table that is full", (cluster) => {
    for (const { items } of directorPlans(cluster)) {
      expectVipsLast(items);
      expect(items.filter(({ kind }) => kind === "service")).toHaveLength(cluster.virtualServices.length);
      const full = lastIndexOf(items, ({ kind }) => kind === "service");
      expect(items.findIndex(bringsVip)).toBeGreaterThan(full);
    }
  });

  everyCluster("real servers that leave are drained before the health daemon hears of it", (cluster) => {
    for (const { items } of directorPlans(cluster)) {
      const drain = items.findIndex(({ kind }) => kind === "drain");
      expect(drain).toBeGreaterThan(-1);
      expect(items.findIndex(isTold(cluster))).toBeGreaterThan(drain);
      expect(lastIndexOf(items, (item) => item.kind === "record" && item.of !== "vrrp")).toBeLessThan(drain);
    }
  });

  everyCluster("checks and their probes are there before the health daemon is told to check", (cluster) => {
    for (const { items } of directorPlans(cluster)) {
      const told = items.findIndex(isTold(cluster));
      const needed = lastIndexOf(items, (item) =>
        item.kind === "file" ? isOfChecks(item) : item.kind === "probe" || isChecker(item),
      );
      expect(told).toBeGreaterThan(needed);
    }
  });

  everyCluster("VIPs on the link are asked for before the table can change", (cluster) => {
    const onLink = vipsOf(cluster.virtualServices.filter(({ routed }) => !routed));
    for (const { items } of directorPlans(cluster)) {
      const changes = items.findIndex((item) => item.kind === "drain" || isTold(cluster)(item));
      expect(changes).toBeGreaterThan(-1);
      const asked = items.slice(0, changes).filter((item) => item.kind === "silence");
      expect(asked.flatMap(({ vips }) => vips)).toEqual(onLink);
    }
  });

  everyCluster("packages are told what to do before they are installed", (cluster) => {
    for (const { items } of directorPlans(cluster)) {
      const kinds = items.map(({ kind }) => kind);
      expect(kinds.lastIndexOf("debconf")).toBeGreaterThan(-1);
      expect(kinds.indexOf("packages")).toBeGreaterThan(kinds.lastIndexOf("debconf"));
      expect(kinds.indexOf("assignment")).toBeGreaterThan(kinds.indexOf("packages"));
    }
  });
});

describe("on every director that shares its VIPs", () => {
  everyCluster("nobody else uses its router id when it speaks to the others under it", (cluster) => {
    for (const { items } of sharingPlans(cluster)) {
      const clash = items.findIndex(({ kind }) => kind === "clash");
      expect(clash).toBeGreaterThan(-1);
      expect(items.findIndex(({ kind }) => kind === "sync")).toBeGreaterThan(clash);
    }
  });

  everyCluster("connections are known to the others before real servers or VIPs can move", (cluster) => {
    for (const { items } of sharingPlans(cluster)) {
      const moves = (item: Item) => item.kind === "drain" || isTold(cluster)(item) || bringsVip(item);
      const synchronised = items.findIndex(({ kind }) => kind === "sync");
      expect(synchronised).toBeGreaterThan(-1);
      expect(items.findIndex(moves)).toBeGreaterThan(synchronised);
    }
  });

  everyCluster("VRRP is told and agrees before VIPs are looked for", (cluster) => {
    for (const { items } of sharingPlans(cluster)) {
      const vip = items.findIndex(({ kind }) => kind === "vip");
      const order = items.slice(0, vip).filter((item) => item.kind === "vrrp" || isVrrp(item));
      expect(order.map(({ kind }) => kind)).toEqual(["file", "unit", "vrrp"]);
    }
  });
});

everyCluster(
  "every VIP is on the director and on the real servers of its services, and nowhere else",
  (cluster) => {
    for (const plan of plansOf(cluster)) {
      const services = cluster.virtualServices.filter(
        ({ realServers }) => plan.role === "director" || realServers.some(({ name }) => name === plan.host),
      );
      expect(vipsIn(plan)).toEqual(vipsOf(services));
    }
  },
);

describe("the order of keys in a mapping of settings", () => {
  it("changes no byte of any script", () => {
    fc.assert(
      fc.property(arbitrarySettings, fc.infiniteStream(fc.nat()), (settings, numbers) => {
        const shuffled = withShuffledSettings(settings, numbers);
        expect(scriptsOf(shuffled)).toEqual(scriptsOf(settings));
      }),
      { numRuns: 30 },
    );
  });
});

/** Holds for the fixtures, on either health engine and any number of directors, and for any cluster. */
function everyCluster(behaviour: string, check: (cluster: Cluster) => void): void {
  it(behaviour, () => {
    for (const { cluster } of [...fixtures, ...variants]) check(cluster);
    fc.assert(fc.property(clusters, check), { numRuns: 50 });
  });
}

function directorPlans(cluster: Cluster): HostPlan[] {
  return plansOf(cluster).filter(({ role }) => role === "director");
}

function sharingPlans(cluster: Cluster): HostPlan[] {
  return cluster.vrrp ? directorPlans(cluster) : [];
}

/** Whether an item tells the health daemon of a cluster what to check. */
function isTold({ healthEngine }: Cluster): (item: Item) => boolean {
  return (item) => item.kind === "file" && item.notify === engines[healthEngine].unit;
}

/** Whether an item puts a VIP on the host now, or at the next boot. */
function bringsVip(item: Item): boolean {
  return (
    item.kind === "vip" || (item.kind === "unit" && item.name === "pulumi-lvs-vip.service") || isVrrp(item)
  );
}

/** Whether an item tells keepalived to share VIPs, or starts it. */
function isVrrp(item: Item): boolean {
  const unit = "keepalived.service";
  return (item.kind === "file" && item.notify === unit) || (item.kind === "unit" && item.name === unit);
}

function expectVipsLast(items: readonly Item[]): void {
  const first = items.findIndex(({ kind }) => kind === "vip");
  expect(first < 0 ? [] : items.slice(first).filter(({ kind }) => kind !== "vip")).toEqual([]);
}

function vipsIn({ items }: HostPlan): string[] {
  return items.flatMap((item) => (item.kind === "vip" ? [item.address] : []));
}

function scriptsOf(settings: Settings): string[] {
  return plansOf(clusterOf(settings)).map((plan) => renderScript(plan));
}

/** The same settings with the keys of each mapping in another order, but for mappings of names: their order is the user's. */
function withShuffledSettings(settings: Settings, numbers: Iterator<number>, names = false): Settings {
  const entries = Object.entries(settings).map(([key, value]): [string, unknown] => {
    if (typeof value !== "object" || value === null) return [key, value];
    const isByName = ["directors", "realServers", "virtualServices"].includes(key) && !names;
    return [key, withShuffledSettings(value as Settings, numbers, isByName)];
  });
  if (names) return Object.fromEntries(entries);
  const keyed = entries.map((kept) => ({ kept, rank: numbers.next().value as number }));
  return Object.fromEntries(keyed.sort((a, b) => a.rank - b.rank).map(({ kept }) => kept));
}

function lastIndexOf(items: readonly Item[], is: (item: Item) => boolean): number {
  return items.reduce((last, item, index) => (is(item) ? index : last), -1);
}
