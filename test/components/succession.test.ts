/** In which order directors that share VIPs are changed, with links that only say what they are asked. */
import type * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import type { HostChange } from "../../components/hostChange.ts";
import type { HostLink } from "../../components/hostLink.ts";
import { Succession } from "../../components/succession.ts";
import type { HostReading, VrrpReading } from "../../reading/hostReading.ts";
import type { HostPlan } from "../../render/hostPlan.ts";
import { digestOf } from "../../render/script.ts";

const plan: HostPlan = { host: "lb", address: "192.0.2.11", role: "director", items: [] };
const asPlanned = { held: { digest: digestOf(plan), generation: "g.0" } };
const otherPlan = { held: { digest: "of another plan", generation: "g.0" } };
const shares = (role: string): { vrrp: VrrpReading } => ({
  vrrp: { role, sinceSeconds: 0, rivalSeconds: undefined, sync: "", advertises: "" },
});

/** Directors that were found like this, each by its name; `fails` names what cannot be done. */
function directors(found: Record<string, Partial<HostReading> | Error>, fails: readonly string[] = []) {
  const asked: string[] = [];
  const succession = new Succession(Object.keys(found));
  for (const [name, reading] of Object.entries(found)) {
    const link = {
      name,
      found: async () => {
        if (reading instanceof Error) throw reading;
        return { plan, reading: { differences: [], drift: [], ...reading } } as unknown as HostChange;
      },
      run: async (action: string) => {
        asked.push(`${name} ${action}`);
        if (fails.includes(`${name} ${action}`)) throw new Error(`${name} cannot ${action}`);
      },
    } as unknown as HostLink;
    const command = () => ({ name }) as unknown as pulumi.Resource;
    succession.join({ link, command, realServers: [] });
  }
  return { succession, asked };
}

describe("directors that share VIPs", () => {
  it("are changed one after the other, the one that holds the VIPs last", async () => {
    const { succession } = directors({
      lb1: { ...otherPlan, ...shares("MASTER") },
      lb2: { ...otherPlan, ...shares("BACKUP") },
      lb3: { ...otherPlan, ...shares("FAULT") },
    });
    expect(await succession.inWords()).toEqual({ order: ["lb2", "lb3", "lb1"], holder: "lb1" });
    expect(await succession.before("lb2")).toEqual([]);
    expect(await succession.before("lb1")).toEqual([{ name: "lb2" }, { name: "lb3" }]);
  });

  it("are joined by a new one after the one that held the VIPs alone, which shares them by then", async () => {
    const { succession } = directors({ lb0: {}, lb1: otherPlan });
    expect(await succession.inWords()).toEqual({ order: ["lb1", "lb0"], holder: "lb1" });
  });

  it("are made in their own order where none is there yet, so that the first one holds the VIPs", async () => {
    const { succession } = directors({ lb2: {}, lb1: new Error("there is no such host yet") });
    expect(await succession.inWords()).toEqual({ order: ["lb2", "lb1"], holder: undefined });
  });
});

describe("a change to directors that share VIPs", () => {
  const both = {
    lb1: { ...otherPlan, ...shares("MASTER") },
    lb2: { ...otherPlan, ...shares("BACKUP") },
  };

  it("drains where the VIPs are before the first one is changed, and moves the VIPs before the last one is", async () => {
    const { succession, asked } = directors(both);
    await succession.prepare("lb2");
    await succession.prepare("lb1");
    expect(asked).toEqual(["lb1 drain", "lb1 handover"]);
  });

  it("drains nothing where the one that holds the VIPs stays as it is", async () => {
    const { succession, asked } = directors({ ...both, lb1: { ...asPlanned, ...shares("MASTER") } });
    await succession.prepare("lb2");
    expect(asked).toEqual([]);
  });

  it("moves the VIPs nowhere while there is nobody to take them", async () => {
    const { succession, asked } = directors({ lb1: otherPlan, lb2: {} });
    await succession.prepare("lb1");
    expect(asked).toEqual([]);
  });

  it("that fails leaves what was drained as it was", async () => {
    const { succession, asked } = directors(both);
    await succession.prepare("lb2");
    await succession.giveUp("lb2");
    expect(asked).toEqual(["lb1 drain", "lb1 abandon"]);
  });

  it("that fails at the one that holds the VIPs has been put back by that run itself", async () => {
    const { succession, asked } = directors(both);
    await succession.prepare("lb2");
    await succession.giveUp("lb1");
    expect(asked).toEqual(["lb1 drain"]);
  });

  it("does not begin where draining fails", async () => {
    const { succession } = directors(both, ["lb1 drain"]);
    await expect(succession.prepare("lb2")).rejects.toThrow("lb1 cannot drain");
  });

  it("ends with the last one that is changed", async () => {
    const { succession } = directors({ ...both, lb1: { ...asPlanned, ...shares("MASTER") } });
    expect(await succession.isLast("lb2")).toBe(true);
    const { succession: further } = directors(both);
    expect([await further.isLast("lb2"), await further.isLast("lb1")]).toEqual([false, true]);
  });
});
