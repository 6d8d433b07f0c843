/** In which order directors that share VIPs are changed, with hosts that only say what they are told. */
import { describe, expect, it } from "vitest";
import { entry } from "../../model/cluster.ts";
import type { HostReading, VrrpReading } from "../../reading/hostReading.ts";
import { DirectorOrder } from "../../rollout/directorOrder.ts";
import { directorChange } from "../../rollout/timeline.ts";
import { otherPlan, runningHost, takeAll } from "./hosts.ts";

const shares = (role: string): { vrrp: VrrpReading } => ({
  vrrp: { role, sinceSeconds: 0, rivalSeconds: undefined, sync: "", advertises: "" },
});

/** Directors that were found like this, each by its name; `fails` names what cannot be done. */
function directors(found: Record<string, Partial<HostReading> | Error>, fails: readonly string[] = []) {
  const told: string[] = [];
  const order = new DirectorOrder(Object.keys(found));
  const hosts = Object.entries(found).map(([name, reading]) => {
    const host = runningHost(name, { found: reading, told, fails });
    order.join({ host, realServers: [] });
    return [name, { host, order, realServers: [] }] as const;
  });
  const subject = (name: string) => entry(Object.fromEntries(hosts), name);
  return {
    order,
    told,
    subject,
    earlier: async (name: string) => (await order.before(subject(name).host)).map(({ host }) => host.name),
    prepare: (name: string) => takeAll(directorChange.before, subject(name)),
    fail: (name: string) => takeAll(directorChange.failed, subject(name)),
    isLast: (name: string) => order.isLast(subject(name).host),
  };
}

describe("directors that share VIPs", () => {
  it("are changed one after the other, the one that holds the VIPs last", async () => {
    const { order, earlier } = directors({
      lb1: { ...otherPlan, ...shares("MASTER") },
      lb2: { ...otherPlan, ...shares("BACKUP") },
      lb3: { ...otherPlan, ...shares("FAULT") },
    });
    expect(await order.inWords()).toBe(
      "lb1 holds the VIPs; directors are changed in this order: lb2, lb3, lb1",
    );
    expect(await earlier("lb2")).toEqual([]);
    expect(await earlier("lb1")).toEqual(["lb2", "lb3"]);
  });

  it("are joined by a new one after the one that held the VIPs alone, which shares them by then", async () => {
    const { order, earlier } = directors({ lb0: { held: undefined }, lb1: otherPlan });
    expect(await order.inWords()).toBe("lb1 holds the VIPs; directors are changed in this order: lb1, lb0");
    expect(await earlier("lb0")).toEqual(["lb1"]);
  });

  it("are made in their own order where none is there yet, so that the first one holds the VIPs", async () => {
    const unmade = new Error("there is no such host yet");
    const { order, earlier } = directors({ lb2: { held: undefined }, lb1: unmade });
    expect(await order.inWords()).toBeUndefined();
    expect(await earlier("lb1")).toEqual(["lb2"]);
  });

  it.each([
    ["nothing is said of them where nothing changes", shares("BACKUP"), undefined],
    [
      "it is said of them where one cannot be read",
      new Error("not reachable"),
      "lb1 holds the VIPs; directors are changed in this order: lb1, lb2",
    ],
  ])("%s", async (_, lb2, words) => {
    expect(await directors({ lb1: shares("MASTER"), lb2 }).order.inWords()).toBe(words);
  });

  it("nothing is said of an order where there is one", async () => {
    expect(await directors({ lb1: otherPlan }).order.inWords()).toBeUndefined();
  });

  it("wait for each other no more once nobody else will join", async () => {
    const order = new DirectorOrder(["lb1", "lb2"]);
    order.join({ host: runningHost("lb1"), realServers: [] });
    order.giveUpWaiting(new Error("lb2 is never made"));
    await expect(order.inWords()).rejects.toThrow("lb2 is never made");
  });
});

describe("a change to directors that share VIPs", () => {
  const both = {
    lb1: { ...otherPlan, ...shares("MASTER") },
    lb2: { ...otherPlan, ...shares("BACKUP") },
  };

  it("drains where the VIPs are before the first one is changed, and moves the VIPs before the last one is", async () => {
    const { prepare, told } = directors(both);
    await prepare("lb2");
    await prepare("lb1");
    expect(told).toEqual(["lb1: drain", "lb1: handover"]);
  });

  it("drains once, however many are changed", async () => {
    const { prepare, told } = directors({ ...both, lb3: both.lb2 });
    await Promise.all([prepare("lb2"), prepare("lb3")]);
    expect(told).toEqual(["lb1: drain"]);
  });

  it("drains nothing where the one that holds the VIPs stays as it is", async () => {
    const { prepare, told } = directors({ ...both, lb1: shares("MASTER") });
    await prepare("lb2");
    expect(told).toEqual([]);
  });

  it.each<[string, Record<string, Partial<HostReading>>]>([
    ["they share none yet", { lb1: otherPlan, lb2: { held: undefined } }],
    ["the other one shares none yet", { ...both, lb2: { held: undefined } }],
    ["the one that holds them shares none yet", { ...both, lb1: otherPlan }],
  ])("moves the VIPs nowhere while there is nobody to take them: %s", async (_, found) => {
    const { prepare, told } = directors(found);
    await prepare("lb1");
    expect(told).toEqual([]);
  });

  it("that fails leaves what was drained as it was", async () => {
    const { prepare, fail, told } = directors(both);
    await prepare("lb2");
    await fail("lb2");
    expect(told).toEqual(["lb1: drain", "lb1: abandon"]);
  });

  it("that fails at the one that holds the VIPs has been put back by that run itself", async () => {
    const { prepare, fail, told } = directors(both);
    await prepare("lb2");
    await fail("lb1");
    expect(told).toEqual(["lb1: drain"]);
  });

  it("does not begin where draining fails", async () => {
    const { prepare } = directors(both, ["lb1: drain"]);
    await expect(prepare("lb2")).rejects.toThrow("lb1 cannot drain");
  });

  it("ends with the last one that is changed", async () => {
    const { isLast } = directors({ ...both, lb1: shares("MASTER") });
    expect(await isLast("lb2")).toBe(true);
    const further = directors(both);
    expect([await further.isLast("lb2"), await further.isLast("lb1")]).toEqual([false, true]);
  });
});
