import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { parseTable } from "../../model/table.ts";
import { Turns } from "../../rollout/turns.ts";
import { runningHost } from "./hosts.ts";

const table = parseTable([
  "tcp 192.0.2.100:80 scheduler wrr",
  ...["21", "22", "23"].map((last) => `tcp 192.0.2.100:80 to 192.0.2.${last}:80 dr weight 1`),
]);

/** The turns at a director that sends to web1 to web3, and what it is told to do; `fails` names what it cannot. */
function turnsOf(maxUnavailable: number, fails: readonly string[] = []) {
  const told: string[] = [];
  const lb1 = runningHost("lb1", { found: { table }, told, fails });
  return { turns: new Turns(lb1, async () => maxUnavailable), told };
}

describe("real servers that are changed", () => {
  it("wait for each other: no more are out than may be", async () => {
    const { turns, told } = turnsOf(1);
    await turns.withdraw("web1", "192.0.2.21");
    const second = turns.withdraw("web2", "192.0.2.22");
    await setImmediate();
    expect(told).toEqual(["lb1: withdraw 192.0.2.21"]);
    await turns.readmit("web1", "192.0.2.21");
    await second;
    expect(told).toEqual(["lb1: withdraw 192.0.2.21", "lb1: readmit 192.0.2.21", "lb1: withdraw 192.0.2.22"]);
  });

  it("are out together as far as that is allowed", async () => {
    const { turns, told } = turnsOf(2);
    await Promise.all([turns.withdraw("web1", "192.0.2.21"), turns.withdraw("web2", "192.0.2.22")]);
    expect(told).toEqual(["lb1: withdraw 192.0.2.21", "lb1: withdraw 192.0.2.22"]);
  });

  it("are left as they are where the director is not to be changed", async () => {
    const refused = runningHost("lb1", { found: new Error("it ends connections") });
    await expect(new Turns(refused, async () => 1).approve("web1")).rejects.toThrow(
      "web1 is left as it is: lb1 cannot be changed (see there)",
    );
    await turnsOf(1).turns.approve("web1");
  });

  it("need not leave a director that sends them nothing", async () => {
    const { turns, told } = turnsOf(1);
    await turns.withdraw("web9", "192.0.2.2");
    await turns.readmit("web9", "192.0.2.2");
    expect(told).toEqual([]);
  });

  it.each([
    ["fails to change", "giveUp", []],
    ["does not come back", "readmit", ["lb1: readmit 192.0.2.21"]],
  ] as const)("are left as they are once one of them %s", async (_, end, fails) => {
    const { turns, told } = turnsOf(1, fails);
    await turns.withdraw("web1", "192.0.2.21");
    const second = turns.withdraw("web2", "192.0.2.22");
    await turns[end]("web1", "192.0.2.21").catch(() => undefined);
    await expect(second).rejects.toThrow("web2 is left as it is: web1 has not come back");
    expect(told).toEqual(["lb1: withdraw 192.0.2.21", "lb1: readmit 192.0.2.21"]);
    await expect(turns.withdraw("web3", "192.0.2.23")).rejects.toThrow("web1 has not come back");
  });

  it("are put back where they could not leave, and are the last that tried", async () => {
    const { turns, told } = turnsOf(1, ["lb1: withdraw 192.0.2.21"]);
    await expect(turns.withdraw("web1", "192.0.2.21")).rejects.toThrow("lb1 cannot withdraw");
    expect(told).toEqual(["lb1: withdraw 192.0.2.21", "lb1: readmit 192.0.2.21"]);
    await expect(turns.withdraw("web2", "192.0.2.22")).rejects.toThrow("web1 has not come back");
  });
});

describe("the services in which a director sends to a real server", () => {
  it.each([
    ["another one gets connections too", 1, false],
    ["the other one gets no new connections", 0, true],
  ])("are known, and whether it alone serves there: %s", async (_, weight, alone) => {
    const found = {
      table: parseTable([
        "tcp 192.0.2.100:80 scheduler wrr",
        "tcp 192.0.2.100:80 to 192.0.2.21:80 dr weight 1",
        `tcp 192.0.2.100:80 to 192.0.2.22:80 dr weight ${weight}`,
        "tcp 192.0.2.101:80 scheduler wrr",
        "tcp 192.0.2.101:80 to 192.0.2.22:80 dr weight 1",
      ]),
    };
    const turns = new Turns(runningHost("lb1", { found }), async () => 1);
    expect(await turns.servicesOf("192.0.2.21")).toEqual([{ key: "tcp 192.0.2.100:80", alone }]);
  });
});
