import { describe, expect, it } from "vitest";
import type { Issue } from "../../config/errors.ts";
import type { Cluster } from "../../model/cluster.ts";
import { clusterIssues, rules } from "../../model/rules.ts";
import { clusterOf, readStack, type Settings, withChanges } from "../fixtures.ts";

const settings = readStack("test/config/valid/lab.yaml");
const web = "virtualServices.web";
const secondService = { address: "198.18.7.101", port: 80, realServers: { web1: {} } };
const secondDirector = { address: "198.18.7.12", interface: "eth0" };
const bareServer = { address: "198.18.7.23" };

interface RuleCase {
  /** Keeps the rule, narrowly. */
  readonly kept: Cluster;
  readonly broken: Cluster;
  readonly issues: readonly Issue[];
}

/** By the id of each rule, in the order of the rules. */
const cases: Record<string, RuleCase> = {
  "some-director": {
    kept: clusterOf(settings),
    broken: changed({ directors: {} }),
    issues: [issue("directors", {}, "give at least one director")],
  },
  "director-interface": {
    kept: changed({ "directors.lb1.interface": "eth0", "directors.lb2": secondDirector }),
    broken: changed({ "directors.lb2": secondDirector }),
    issues: [
      issue(
        "directors.lb1.interface",
        undefined,
        "give the interface that holds its address, such as eth0: several directors speak VRRP on it",
      ),
    ],
  },
  "director-priority-once": {
    kept: changed({
      "directors.lb1.interface": "eth0",
      "directors.lb2": { ...secondDirector, priority: 249 },
    }),
    broken: changed({
      "directors.lb1.interface": "eth0",
      "directors.lb2": { ...secondDirector, priority: 250 },
    }),
    issues: [issue("directors.lb2.priority", 250, "directors.lb1 has this priority; give another")],
  },
  "host-name-once": {
    kept: changed({ "realServers.lb10": bareServer }),
    broken: changed({ "realServers.lb1": bareServer }),
    issues: [issue("realServers.lb1", "lb1", "name it differently: a director has this name")],
  },
  "host-address-once": {
    kept: changed({ "realServers.web3": bareServer }),
    broken: changed({ "realServers.web3.address": "198.18.7.22" }),
    issues: [
      issue("realServers.web3.address", "198.18.7.22", "realServers.web2 has this address; give another"),
    ],
  },
  "host-on-link": {
    kept: changed({ "directors.lb1.address": "198.18.7.254" }),
    broken: changed({ "directors.lb1.address": "198.18.7.255" }),
    issues: [
      issue(
        "directors.lb1.address",
        "198.18.7.255",
        "give an address of 198.18.7.0/24: direct routing reaches only its own link",
      ),
    ],
  },
  "real-server-exists": {
    kept: changed({ "realServers.web3": bareServer, [`${web}.realServers.web3`]: {} }),
    broken: changed({ [`${web}.realServers.web3`]: {} }),
    issues: [issue(`${web}.realServers.web3`, "web3", "name one of realServers: web1, web2")],
  },
  "real-server-holds-vip": {
    kept: withVips(["198.18.7.99", "198.18.7.100"]),
    broken: withVips(["198.18.7.99"]),
    issues: [
      issue(`${web}.realServers.web1`, ["198.18.7.99"], "add 198.18.7.100 to the virtual addresses of web1"),
    ],
  },
  "service-has-real-servers": {
    kept: changed({ [`${web}.realServers`]: { web1: {} } }),
    broken: changed({ [`${web}.realServers`]: {} }),
    issues: [issue(`${web}.realServers`, {}, "name at least one real server that is not drained")],
  },
  "service-once": {
    kept: changed({ "virtualServices.other": { ...secondService, address: "198.18.7.100", port: 81 } }),
    broken: changed({ "virtualServices.other": { ...secondService, address: "198.18.7.100" } }),
    issues: [
      issue(
        "virtualServices.other",
        "tcp 198.18.7.100:80",
        "virtualServices.web has this protocol, address and port; change one",
      ),
    ],
  },
  "vip-is-no-host": {
    kept: changed({ [`${web}.address`]: "198.18.7.23" }),
    broken: changed({ [`${web}.address`]: "198.18.7.11" }),
    issues: [issue(`${web}.address`, "198.18.7.11", "directors.lb1 has this address; give the VIP its own")],
  },
  "vip-is-unicast": {
    kept: changed({ [`${web}.address`]: "203.0.113.7", [`${web}.routed`]: true }),
    broken: changed({ [`${web}.address`]: "224.0.0.18", [`${web}.routed`]: true }),
    issues: [issue(`${web}.address`, "224.0.0.18", "give an address that one host can have")],
  },
  "vip-on-link": {
    kept: changed({ [`${web}.address`]: "203.0.113.1", [`${web}.routed`]: true }),
    broken: changed({ [`${web}.address`]: "203.0.113.1" }),
    issues: [
      issue(
        `${web}.address`,
        "203.0.113.1",
        "give an address of 198.18.7.0/24, or set routed: true if a router sends it there",
      ),
    ],
  },
  "port-kept": {
    kept: changed({ [`${web}.realServers.web1.port`]: 80 }),
    broken: changed({ [`${web}.realServers.web1.port`]: 8080 }),
    issues: [
      issue(
        `${web}.realServers.web1.port`,
        8080,
        "give 80 or leave it out: direct routing cannot change the port",
      ),
    ],
  },
  "thresholds-in-order": {
    kept: changed({ [`${web}.realServers.web1`]: { upperThreshold: 10, lowerThreshold: 9 } }),
    broken: changed({ [`${web}.realServers.web1`]: { upperThreshold: 10, lowerThreshold: 10 } }),
    issues: [issue(`${web}.realServers.web1.lowerThreshold`, 10, "give less than upperThreshold (10)")],
  },
  "hash-port-scheduler": {
    kept: changed({ [`${web}.scheduler`]: "mh", [`${web}.hashPort`]: true }),
    broken: changed({ [`${web}.scheduler`]: "dh", [`${web}.hashPort`]: true }),
    issues: [
      issue(`${web}.hashPort`, true, "leave it out, or give scheduler sh or mh: dh does not hash clients"),
    ],
  },
  "dh-refuses-at-zero": {
    kept: changed({
      [`${web}.scheduler`]: "sh",
      [`${web}.quiescent`]: true,
      [`${web}.realServers.web1.weight`]: 0,
    }),
    broken: changed({
      [`${web}.scheduler`]: "dh",
      [`${web}.quiescent`]: true,
      [`${web}.realServers.web1.weight`]: 0,
    }),
    issues: [
      issue(
        `${web}.realServers.web1.weight`,
        0,
        "give at least 1, or another scheduler such as sh: dh refuses clients of one at weight 0",
      ),
      issue(
        `${web}.quiescent`,
        true,
        "leave it out, or give another scheduler such as sh: dh refuses clients of one at weight 0",
      ),
    ],
  },
  "udp-check": {
    kept: udpService({ type: "connect", port: 8080 }),
    broken: udpService({ type: "connect" }),
    issues: [
      issue(
        "virtualServices.dns.healthCheck.type",
        "connect",
        "give ping or none, or a healthCheck.port that speaks TCP",
      ),
    ],
  },
  "keepalived-some-weight": {
    kept: changed({ healthEngine: "keepalived", [`${web}.realServers.web1.weight`]: 0 }),
    broken: changed({
      healthEngine: "keepalived",
      [`${web}.realServers.web1.weight`]: 0,
      [`${web}.realServers.web2.weight`]: 0,
    }),
    issues: [
      issue(
        `${web}.realServers`,
        "weight 0 for all",
        "give one of them a weight, or use healthEngine: ldirectord: keepalived has no service without weight",
      ),
    ],
  },
  "fallback-reachable": {
    kept: changed({ [`${web}.fallback`]: "127.0.0.1" }),
    broken: changed({ [`${web}.fallback`]: "127.0.0.2" }),
    issues: [issue(`${web}.fallback`, "127.0.0.2", "give an address of 198.18.7.0/24, or 127.0.0.1")],
  },
  "apache-speaks-http": {
    kept: changed({ [`${web}.healthCheck.type`]: "connect" }),
    broken: changed({ [`${web}.healthCheck.type`]: "https", "realServers.web1.apache": undefined }),
    issues: [
      issue(
        `${web}.realServers.web2`,
        "tcp, https check",
        "the managed Apache of web2 serves plain HTTP; remove realServers.web2.apache",
      ),
    ],
  },
  "apache-listens": {
    kept: changed({ [`${web}.healthCheck.port`]: 80 }),
    broken: changed({ [`${web}.healthCheck.port`]: 8080, [`${web}.realServers.web2`]: undefined }),
    issues: [
      issue(`${web}.healthCheck.port`, 8080, "give one of 80: the managed Apache of web1 listens there"),
    ],
  },
  "apache-knows-path": {
    kept: changed({ [`${web}.healthCheck.path`]: "/health~z" }),
    broken: changed({ [`${web}.healthCheck.path`]: "/health%7Ez", [`${web}.realServers.web2`]: undefined }),
    issues: [
      issue(
        `${web}.healthCheck.path`,
        "/health%7Ez",
        "give a path without %: the managed Apache of web1 compares it decoded",
      ),
    ],
  },
};

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

function issue(path: string, given: unknown, remedy: string): Issue {
  return { path, given, remedy };
}

function changed(changes: Settings): Cluster {
  return clusterOf(withChanges(settings, changes));
}

function withVips(vips: readonly string[]): Cluster {
  const cluster = clusterOf(settings);
  const realServers = cluster.realServers.map((server) =>
    server.name === "web1" ? { ...server, vips } : server,
  );
  return { ...cluster, realServers };
}

function udpService(healthCheck: Settings, where: Settings = { address: "198.18.7.101", port: 53 }): Cluster {
  return changed({
    "realServers.ns1": bareServer,
    "virtualServices.dns": { ...where, protocol: "udp", healthCheck, realServers: { ns1: {} } },
  });
}
