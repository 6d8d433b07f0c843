import { describe, expect, it } from "vitest";
import { peersOf, vipGroupOf } from "../../model/vipGroup.ts";
import { clusterOf, readStack, withChanges } from "../fixtures.ts";

const settings = readStack("test/config/valid/lab.yaml");
const pair = clusterOf(
  withChanges(settings, {
    "directors.lb2": { address: "198.18.7.12", interface: "eth0" },
    "virtualServices.secure": { address: "198.18.7.100", port: 443, realServers: { web1: {} } },
    "virtualServices.admin": { address: "198.18.7.90", port: 80, realServers: { web1: {} } },
  }),
);

describe("the VIP group of a cluster", () => {
  it("is none where one director holds the VIPs for good", () => {
    expect(vipGroupOf(clusterOf(settings))).toBeUndefined();
  });

  it("has every director, how they share, and each VIP once", () => {
    const { directors, vrrp } = pair;
    expect(vipGroupOf(pair)).toEqual({ directors, vrrp, vips: ["198.18.7.100", "198.18.7.90"] });
  });

  it("makes each director a peer of all others", () => {
    const { directors } = pair;
    const group = vipGroupOf(pair);
    if (!group) throw new Error("two directors share no VIPs");
    expect(directors.map(({ name }) => peersOf(name, group))).toEqual([["198.18.7.12"], ["198.18.7.11"]]);
  });
});
