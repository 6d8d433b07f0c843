import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Cluster } from "../../model/cluster.ts";
import { vipsOf } from "../../model/cluster.ts";
import { planDirector } from "../../render/director.ts";
import type { HostPlan, Item } from "../../render/hostPlan.ts";
import { planRealServer } from "../../render/realServer.ts";
import { renderScript } from "../../render/script.ts";
import { clusterOf, type Settings } from "../fixtures.ts";
import { arbitrarySettings } from "./arbitrarySettings.ts";
import { fixtures, plansOf } from "./plans.ts";

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

describe("on every director", () => {
  everyCluster("VIPs come last, after a kernel table that is full", (cluster) => {
    for (const { items } of directorPlans(cluster)) {
      expectVipsLast(items);
      expect(items.filter(({ kind }) => kind === "service")).toHaveLength(cluster.virtualServices.length);
    }
  });

  everyCluster("real servers that leave are drained before the health daemon hears of it", (cluster) => {
    for (const { items } of directorPlans(cluster)) {
      const drain = items.findIndex(({ kind }) => kind === "drain");
      expect(drain).toBeGreaterThan(-1);
      const told = (item: Item) => item.kind === "file" && item.path === "/etc/ha.d/ldirectord.cf";
      expect(items.findIndex(told)).toBeGreaterThan(drain);
      expect(lastIndexOf(items, ({ kind }) => kind === "record")).toBeLessThan(drain);
    }
  });

  everyCluster("checks and their probes are there before ldirectord is told to check", (cluster) => {
    for (const { items } of directorPlans(cluster)) {
      const told = items.findIndex((item) => item.kind === "file" && item.path === "/etc/ha.d/ldirectord.cf");
      const needed = lastIndexOf(items, (item) =>
        item.kind === "file" ? item.path.includes("/checks/") : item.kind === "probe",
      );
      expect(told).toBeGreaterThan(needed);
    }
  });

  everyCluster("VIPs on the link are asked for before the table can change", (cluster) => {
    const onLink = vipsOf(cluster.virtualServices.filter(({ routed }) => !routed));
    for (const { items } of directorPlans(cluster)) {
      const changes = items.findIndex((item) => item.kind === "file" && item.path.includes("ldirectord"));
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

/** Holds for the fixtures and for any cluster. */
function everyCluster(behaviour: string, check: (cluster: Cluster) => void): void {
  it(behaviour, () => {
    for (const { cluster } of fixtures) check(cluster);
    fc.assert(fc.property(clusters, check), { numRuns: 50 });
  });
}

function directorPlans({ directors, virtualServices }: Cluster): HostPlan[] {
  return directors.map((director) => planDirector(director, virtualServices));
}

/** Whether an item puts a VIP on the host now, or at the next boot. */
function bringsVip(item: Item): boolean {
  return item.kind === "vip" || (item.kind === "unit" && item.name === "pulumi-lvs-vip.service");
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
