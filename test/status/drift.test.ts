import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import type { ClusterStatus, HostStatus } from "../../status/collect.ts";
import { driftAsJson, exitCodeOf, rowsOf, showDrift } from "../../status/drift.ts";

const fault = { found: "VIP 192.0.2.100: held by lb1 and lb2", remedy: "let VRRP in" };

function statusWith(state: HostStatus["state"], faults: ClusterStatus["faults"]): ClusterStatus {
  const lb1 = {
    name: "lb1",
    address: "192.0.2.11",
    state,
    detail: state === "as planned" ? "" : "one\ntwo",
    vrrp: null,
  };
  return {
    stack: "prod",
    vip: null,
    url: null,
    virtualServices: [],
    directors: [lb1],
    realServers: [],
    faults,
  };
}

describe("drift", () => {
  it.each([
    ["nothing is where every host and the cluster are as planned", "as planned", [], 0],
    ["something is where a host differs", "differs", [], 2],
    [
      "something is where the directors are not one cluster, though no host differs",
      "as planned",
      [fault],
      2,
    ],
    ["cannot be told where a host could not be asked", "unreachable", [fault], 1],
  ] as const)("ends with an exit code: %s", (_, state, faults, code) => {
    expect(exitCodeOf(rowsOf(statusWith(state, faults)))).toBe(code);
  });

  it("is shown in a line for each thing, the cluster's last", () => {
    expect(stripVTControlCharacters(showDrift(rowsOf(statusWith("differs", [fault]))))).toBe(
      `HOST     STATE  PLANNED → FOUND
lb1      drift  one
lb1      drift  two
cluster  drift  VIP 192.0.2.100: held by lb1 and lb2; let VRRP in`,
    );
  });

  it.each([
    ["as planned", { state: "as planned", drift: [] }],
    ["differs", { state: "differs", drift: ["one", "two"] }],
    ["unreachable", { state: "unreachable", drift: [], reason: "one\ntwo" }],
  ] as const)("is told to machines of a host that is %s", (state, told) => {
    expect(driftAsJson(rowsOf(statusWith(state, [])))).toEqual([
      { host: "lb1", ...told },
      { host: "cluster", state: "as planned", drift: [] },
    ]);
  });
});
