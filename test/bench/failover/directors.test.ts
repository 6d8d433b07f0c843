import { describe, expect, it } from "vitest";
import { type DirectorState, faultsOf, parseDirector } from "../../../bench/failover/directors.ts";
import { unexpected } from "../../../bench/failover/measure.ts";

const rules = ["-A -t 192.0.2.100:80 -s wrr", "-a -t 192.0.2.100:80 -r 192.0.2.21:80 -g -w 1"];
const answer = (holdsVip: boolean) =>
  [
    `vip ${holdsVip ? 1 : 0}`,
    `role ${holdsVip ? "MASTER" : "BACKUP"}`,
    "rival 1700000000",
    "sync 2",
    "ldirectord active",
    ...rules.map((rule) => `rule ${rule}`),
  ].join("\n");
const holder = parseDirector("lb1", answer(true));
const standby = parseDirector("lb2", answer(false));

describe("what a director answers", () => {
  it("is all that is asked", () => {
    expect(holder).toEqual({
      name: "lb1",
      holdsVip: true,
      role: "MASTER",
      rivalSeconds: 1_700_000_000,
      syncDaemons: 2,
      ldirectordRuns: true,
      rules,
    } satisfies DirectorState);
  });

  it("may lack what is not there", () => {
    expect(parseDirector("lb1", "vip 0\nrival \nsync 0\nldirectord failed\n")).toEqual({
      name: "lb1",
      holdsVip: false,
      role: "",
      rivalSeconds: 0,
      syncDaemons: 0,
      ldirectordRuns: false,
      rules: [],
    } satisfies DirectorState);
  });
});

describe("directors", () => {
  it("are whole with one that holds the VIP and one that is ready, of equal tables", () => {
    expect(faultsOf([holder, standby])).toEqual([]);
  });

  it.each([
    ["one cannot be reached", [holder, undefined], ["a director cannot be reached"]],
    ["both hold the VIP", [holder, holder], ["2 directors hold the VIP"]],
    ["nobody holds the VIP", [standby, standby], ["0 directors hold the VIP"]],
    ["one has it without being master", [{ ...holder, role: "BACKUP" }, standby], ["lb1 is BACKUP"]],
    ["keepalived is away", [holder, { ...standby, role: "" }], ["lb2 is without keepalived"]],
    [
      "connections are not synchronised",
      [holder, { ...standby, syncDaemons: 1 }],
      ["lb2 has 1 of 2 sync daemons"],
    ],
    [
      "real servers are not checked",
      [{ ...holder, ldirectordRuns: false }, standby],
      ["lb1 has no ldirectord"],
    ],
    ["tables differ", [holder, { ...standby, rules: rules.slice(1) }], ["tables differ"]],
    ["tables are empty", [holder, standby].map((state) => ({ ...state, rules: [] })), ["a table is empty"]],
  ])("are not whole where %s", (_, states, faults) => {
    expect(faultsOf(states)).toEqual(faults);
  });
});

describe("after a failover", () => {
  const holding = (name: string, rivalSeconds = 0) => ({
    before: "lb1",
    after: { ...holder, name, rivalSeconds },
    struckSeconds: 1000,
    outageSeconds: 3,
  });

  it.each([
    ["another", "lb2", []],
    ["another", "lb1", ["lb1 still holds the VIPs"]],
    ["the same", "lb1", []],
    ["the same", "lb2", ["the VIPs went to lb2"]],
  ] as const)("%s director may hold the VIPs: %s", (holderAfter, name, wrong) => {
    expect(unexpected({ holderAfter }, holding(name))).toEqual(wrong);
  });

  it("the one that keeps them reports that two held them", () => {
    const split = { holderAfter: "another", splitSeconds: 4 } as const;
    expect(unexpected(split, holding("lb2", 1000))).toEqual([]);
    expect(unexpected(split, holding("lb2", 999))).toEqual(["lb2 does not report that two held the VIPs"]);
    const late = { ...holding("lb2", 999), outageSeconds: 4 };
    expect(unexpected(split, late)).toEqual([]);
  });
});
