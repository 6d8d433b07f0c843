import { describe, expect, it } from "vitest";
import type { Cluster } from "../../model/cluster.ts";
import { entry, vipsOf } from "../../model/cluster.ts";
import { parseServiceKey } from "../../model/serviceAddress.ts";
import { clusterOf, readStack, type Settings, withChanges } from "../fixtures.ts";

const settings = readStack("test/config/valid/lab.yaml");

describe("a resolved cluster", () => {
  it("has every default filled in and every reference followed", () => {
    expect(clusterOf(settings)).toEqual({
      subnet: "198.18.7.0/24",
      healthEngine: "ldirectord",
      extraLines: { ldirectord: [], keepalived: [], vrrp: [], isSecret: false },
      directors: [
        { name: "lb1", address: "198.18.7.11", interface: undefined, system: "debian", priority: 250 },
      ],
      vrrp: undefined,
      realServers: [resolvedServer("web1", "198.18.7.21"), resolvedServer("web2", "198.18.7.22")],
      virtualServices: [
        {
          name: "web",
          knownBy: "port",
          address: "198.18.7.100",
          port: 80,
          protocol: "tcp",
          scheduler: "wrr",
          hashPort: false,
          forwarding: "dr",
          persistence: undefined,
          healthCheck: {
            type: "http",
            path: "/healthz",
            expect: undefined,
            virtualHost: undefined,
            port: undefined,
            intervalSeconds: 5,
            timeoutSeconds: 3,
            failures: 1,
          },
          fallback: undefined,
          quiescent: false,
          drainSeconds: 60,
          onDrainTimeout: "stop",
          routed: false,
          extraLines: { ldirectord: [], keepalived: [], isSecret: false },
          realServers: [
            resolvedDestination("web1", "198.18.7.21"),
            resolvedDestination("web2", "198.18.7.22"),
          ],
        },
      ],
    });
  });

  it("fills in half-written persistence", () => {
    const { virtualServices } = changed({ "virtualServices.web.persistence": {} });
    expect(virtualServices[0]?.persistence).toEqual({ timeoutSeconds: 300, netmask: "255.255.255.255" });
  });

  it("gives a real server every VIP of its services once, in the order of the services", () => {
    const { realServers } = changed({
      "virtualServices.secure": serviceOf("198.18.7.100", 443, ["web1"]),
      "virtualServices.admin": serviceOf("198.18.7.90", 80, ["web1"]),
    });
    expect(realServers.map(({ vips }) => vips)).toEqual([["198.18.7.100", "198.18.7.90"], ["198.18.7.100"]]);
  });

  it("gives a real server without services no VIP", () => {
    const { realServers } = changed({ "realServers.idle": { address: "198.18.7.23", apache: {} } });
    expect(realServers[2]).toMatchObject({ vips: [], apache: { ports: [80], healthPaths: [] } });
  });

  it("leaves the application alone where Apache is not managed", () => {
    expect(changed({ "realServers.web1.apache": undefined }).realServers[0]?.apache).toBeUndefined();
  });
});

describe("several directors", () => {
  const second = { address: "198.18.7.12", interface: "eth0" };

  it("share the VIPs under a router id of the cluster's, the first director preferred", () => {
    const { directors, vrrp } = changed({ "directors.lb2": second });
    expect(directors.map(({ priority }) => priority)).toEqual([250, 240]);
    expect(vrrp).toEqual({ routerId: 121, advertIntervalCentiseconds: 10, multicast: false, preempt: false });
  });

  it("keep their router id whatever happens to services and directors: with two ids both would hold the VIPs", () => {
    const { vrrp } = changed({
      "directors.lb0": { address: "198.18.7.10", interface: "eth0" },
      "directors.lb2": second,
      "virtualServices.web.address": "198.18.7.101",
      "virtualServices.a": serviceOf("198.18.7.99", 8080, ["web1"]),
    });
    expect(vrrp?.routerId).toBe(121);
  });

  it("have the router id that is configured", () => {
    expect(changed({ "directors.lb2": second, "vrrp.routerId": 9 }).vrrp?.routerId).toBe(9);
  });
});

describe("the managed Apache of a real server", () => {
  it("listens on every port of its services once, in numerical order", () => {
    const { realServers } = changed({
      "virtualServices.high": serviceOf("198.18.7.101", 8080, ["web1"]),
      "virtualServices.low": serviceOf("198.18.7.102", 81, ["web1"]),
      "virtualServices.again": serviceOf("198.18.7.103", 81, ["web1"]),
    });
    expect(realServers.map(({ apache }) => apache?.ports)).toEqual([[80, 81, 8080], [80]]);
  });

  it("answers the paths that are fetched, without their queries, each once", () => {
    const { realServers } = changed({
      "virtualServices.web.healthCheck.path": "/ready?full=1",
      "virtualServices.a": { ...serviceOf("198.18.7.101", 80, ["web1"]), healthCheck: { path: "/live" } },
      "virtualServices.b": { ...serviceOf("198.18.7.102", 80, ["web1"]), healthCheck: { path: "/ready" } },
      "virtualServices.c": {
        ...serviceOf("198.18.7.103", 80, ["web1"]),
        healthCheck: { type: "connect" },
      },
    });
    expect(realServers.map(({ apache }) => apache?.healthPaths)).toEqual([["/live", "/ready"], ["/ready"]]);
  });

  it("has the revision that is given", () => {
    const { realServers } = changed({ "realServers.web1.apache.revision": "2" });
    expect(realServers.map(({ apache }) => apache?.revision)).toEqual(["2", undefined]);
  });

  it("serves the folder that is given", () => {
    const { realServers } = changed({ "realServers.web1.apache.documentRoot": "/srv/www" });
    expect(realServers.map(({ apache }) => apache?.documentRoot)).toEqual(["/srv/www", undefined]);
  });
});

describe("helpers of the model", () => {
  it("list VIPs once, in order of first use", () => {
    const services = ["192.0.2.2", "192.0.2.1", "192.0.2.2"].map((address) =>
      parseServiceKey(`tcp ${address}:80`),
    );
    expect(vipsOf(services)).toEqual(["192.0.2.2", "192.0.2.1"]);
  });

  it("say which entries there are when one is missing", () => {
    expect(entry({ a: 1 }, "a")).toBe(1);
    expect(() => entry({ a: 1, b: 2 }, "c")).toThrow('no entry "c"; there are a, b');
  });
});

function changed(changes: Settings): Cluster {
  return clusterOf(withChanges(settings, changes));
}

function serviceOf(address: string, port: number, realServers: readonly string[]): Settings {
  return { address, port, realServers: Object.fromEntries(realServers.map((name) => [name, {}])) };
}

function resolvedServer(name: string, address: string) {
  const apache = { ports: [80], healthPaths: ["/healthz"], documentRoot: undefined, revision: undefined };
  return { name, address, interface: undefined, system: "debian", vips: ["198.18.7.100"], apache };
}

function resolvedDestination(name: string, address: string) {
  return { name, address, port: 80, weight: 1, upperThreshold: 0, lowerThreshold: 0 };
}
