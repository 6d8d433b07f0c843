import { describe, expect, it } from "vitest";
import { hosts, url, vip, virtualServices } from "../../model/summary.ts";
import { clusterOf, readStack, type Settings, withChanges } from "../fixtures.ts";

const settings = readStack("test/config/valid/lab.yaml");
const cluster = clusterOf(settings);

describe("the summary of a cluster", () => {
  it("shows the first VIP", () => {
    expect(vip(cluster)).toBe("198.18.7.100");
    expect(vip({ ...cluster, virtualServices: [] })).toBeUndefined();
  });

  it.each([
    ["http on its usual port", {}, "http://198.18.7.100/"],
    ["http on another port", { "virtualServices.web.port": 8080 }, "http://198.18.7.100:8080/"],
    [
      "https on its usual port",
      { "virtualServices.web.port": 443, "virtualServices.web.healthCheck.type": "https" },
      "https://198.18.7.100/",
    ],
    [
      "https on the port of http",
      { "virtualServices.web.healthCheck.type": "https" },
      "https://198.18.7.100:80/",
    ],
    ["a service that is only connected to", { "virtualServices.web.healthCheck.type": "connect" }, undefined],
  ] as [string, Settings, string | undefined][])("shows a URL for %s", (_, changes, expected) => {
    expect(url(clusterOf(withChanges(settings, changes)))).toBe(expected);
  });

  it("shows services with the weights of their real servers", () => {
    const changed = clusterOf(withChanges(settings, { "virtualServices.web.realServers.web2.weight": 3 }));
    expect(virtualServices(changed)).toEqual([
      {
        name: "web",
        address: "198.18.7.100",
        port: 80,
        protocol: "tcp",
        forwarding: "dr",
        scheduler: "wrr",
        realServers: [
          { name: "web1", address: "198.18.7.21", weight: 1 },
          { name: "web2", address: "198.18.7.22", weight: 3 },
        ],
      },
    ]);
  });

  it("shows names and addresses of hosts", () => {
    expect(hosts(cluster.directors)).toEqual([{ name: "lb1", address: "198.18.7.11" }]);
  });
});
