import { describe, expect, it } from "vitest";
import { clusterIssues, rules } from "../../model/rules.ts";
import { apacheCases } from "./rules/apacheCases.ts";
import { balancingCases } from "./rules/balancingCases.ts";
import { extraLineCases } from "./rules/extraLineCases.ts";
import { hostCases } from "./rules/hostCases.ts";
import { bareServer, changed, secondService, udpService, web } from "./rules/ruleCase.ts";
import { serviceCases } from "./rules/serviceCases.ts";

/** By the id of each rule, in the order of the rules. */
const cases = { ...hostCases, ...serviceCases, ...balancingCases, ...apacheCases, ...extraLineCases };

describe("rules", () => {
  it("all have a case here", () => {
    expect(Object.keys(cases)).toEqual(rules.map(({ id }) => id));
  });

  it("give their reasons in a sentence", () => {
    for (const { reason } of rules) expect(reason).toMatch(/^\S.+\.$/);
  });

  it.each(Object.entries(cases))("%s: is satisfied", (_, { kept }) => {
    expect(clusterIssues(kept)).toEqual([]);
  });

  it.each(Object.entries(cases))(
    "%s: names what is wrong, and no other rule speaks",
    (_, { broken, issues }) => {
      expect(clusterIssues(broken)).toEqual(issues);
    },
  );
});

describe("further cases", () => {
  it.each([
    [
      "a fallback that is a real server of the service",
      { [`${web}.fallback`]: "198.18.7.21" },
      `${web}.fallback`,
    ],
    [
      "a real server with a director's address",
      { "realServers.web3.address": "198.18.7.11" },
      "realServers.web3.address",
    ],
    ["a VIP that is the link's broadcast address", { [`${web}.address`]: "198.18.7.255" }, `${web}.address`],
    [
      "a lower threshold without an upper one",
      { [`${web}.realServers.web1.lowerThreshold`]: 1 },
      `${web}.realServers.web1.lowerThreshold`,
    ],
    [
      "a UDP service that a managed Apache should serve",
      {
        [`${web}.protocol`]: "udp",
        [`${web}.healthCheck.type`]: "ping",
        "realServers.web2.apache": undefined,
      },
      `${web}.realServers.web1`,
    ],
  ])("refuse %s", (_, changes, path) => {
    expect(clusterIssues(changed(changes)).map((found) => found.path)).toEqual([path]);
  });

  it.each([
    ["one port under two protocols", udpService({ type: "ping" }, { address: "198.18.7.100", port: 80 })],
    [
      "two services on one VIP",
      changed({ "virtualServices.other": { ...secondService, address: "198.18.7.100", port: 81 } }),
    ],
    ["a fallback on the link", changed({ [`${web}.fallback`]: "198.18.7.99" })],
    ["a real server that serves nothing", changed({ "realServers.idle": bareServer })],
  ])("allow %s", (_, cluster) => {
    expect(clusterIssues(cluster)).toEqual([]);
  });

  it("collect what all rules find, in their order", () => {
    const found = clusterIssues(changed({ [`${web}.realServers`]: {}, "directors.lb1.address": "10.0.0.1" }));
    expect(found.map(({ path }) => path)).toEqual(["directors.lb1.address", `${web}.realServers`]);
  });
});
