import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { HostLink } from "../../components/hostLink.ts";
import { Roll } from "../../components/roll.ts";
import type { HostPlan } from "../../render/hostPlan.ts";
import { digestOf } from "../../render/script.ts";

/** A director that sends to web1 to web3, and what it is asked to do; `fails` names what it cannot. */
function director(fails: readonly string[] = []) {
  const asked: string[] = [];
  const rules = ["21", "22", "23"].map((last) => `-a -t 192.0.2.100:80 -r 192.0.2.${last}:80 -g -w 1`);
  const link = {
    name: "lb1",
    found: async () => ({ reading: { rules } }),
    run: async (action: string, address: string) => {
      asked.push(`${action} ${address}`);
      if (fails.includes(`${action} ${address}`)) throw new Error(`${action} failed`);
    },
  } as unknown as HostLink;
  return { link, asked };
}

describe("real servers that are changed", () => {
  it("wait for each other: no more are out than may be", async () => {
    const { link, asked } = director();
    const roll = new Roll(link, 1);
    await roll.withdraw("web1", "192.0.2.21");
    const second = roll.withdraw("web2", "192.0.2.22");
    await setImmediate();
    expect(asked).toEqual(["withdraw 192.0.2.21"]);
    await roll.readmit("web1", "192.0.2.21");
    await second;
    expect(asked).toEqual(["withdraw 192.0.2.21", "readmit 192.0.2.21", "withdraw 192.0.2.22"]);
  });

  it("are out together as far as that is allowed", async () => {
    const { link, asked } = director();
    const roll = new Roll(link, 2);
    await Promise.all([roll.withdraw("web1", "192.0.2.21"), roll.withdraw("web2", "192.0.2.22")]);
    expect(asked).toEqual(["withdraw 192.0.2.21", "withdraw 192.0.2.22"]);
  });

  it("are left as they are where the director is not to be changed", async () => {
    const { link } = director();
    const refused = { ...link, name: "lb1", found: () => Promise.reject(new Error("it ends connections")) };
    await expect(new Roll(refused as unknown as HostLink, 1).approve("web1")).rejects.toThrow(
      "web1 is left as it is: lb1 cannot be changed (see there)",
    );
    await new Roll(link, 1).approve("web1");
  });

  it("need not leave a director that sends them nothing", async () => {
    const { link, asked } = director();
    const roll = new Roll(link, 1);
    await roll.withdraw("web9", "192.0.2.29");
    await roll.readmit("web9", "192.0.2.29");
    expect(asked).toEqual([]);
  });

  it.each([
    ["fails to change", "giveUp", []],
    ["does not come back", "readmit", ["readmit 192.0.2.21"]],
  ] as const)("are left as they are once one of them %s", async (_, end, fails) => {
    const { link, asked } = director(fails);
    const roll = new Roll(link, 1);
    await roll.withdraw("web1", "192.0.2.21");
    const second = roll.withdraw("web2", "192.0.2.22");
    await roll[end]("web1", "192.0.2.21").catch(() => undefined);
    await expect(second).rejects.toThrow("web2 is left as it is: web1 has not come back");
    expect(asked).toEqual(["withdraw 192.0.2.21", "readmit 192.0.2.21"]);
    await expect(roll.withdraw("web3", "192.0.2.23")).rejects.toThrow("web1 has not come back");
  });

  it("are put back where they could not leave, and are the last that tried", async () => {
    const { link, asked } = director(["withdraw 192.0.2.21"]);
    const roll = new Roll(link, 1);
    await expect(roll.withdraw("web1", "192.0.2.21")).rejects.toThrow("withdraw failed");
    expect(asked).toEqual(["withdraw 192.0.2.21", "readmit 192.0.2.21"]);
    await expect(roll.withdraw("web2", "192.0.2.22")).rejects.toThrow("web1 has not come back");
  });

  it.each([
    ["is as its plan has it", {}, false],
    ["has another plan", { held: { digest: "another", generation: "0" } }, true],
    ["differs from its plan", { differences: [{}] }, true],
    ["is not held yet", { held: undefined }, true],
  ])(
    "wait with what they give back for a director that is to change: one that %s",
    async (_, found, isToChange) => {
      const plan: HostPlan = { host: "lb1", address: "192.0.2.11", role: "director", items: [] };
      const held = { digest: digestOf(plan), generation: "0" };
      const reading = { held, differences: [], drift: [], ...found };
      const link = { name: "lb1", found: async () => ({ plan, reading }) } as unknown as HostLink;
      expect(await new Roll(link, 1).isToChange()).toBe(isToChange);
    },
  );
});
