import { describe, expect, it } from "vitest";
import type { HostReading } from "../../reading/hostReading.ts";
import { parseReading } from "../../reading/hostReading.ts";
import { tableChanges } from "../../reading/tableChange.ts";
import { planDirector } from "../../render/director.ts";
import { clusterOf, type Settings, withChanges } from "../fixtures.ts";

const settings: Settings = {
  subnet: "192.0.2.0/24",
  directors: { lb1: { address: "192.0.2.11" } },
  realServers: { web1: { address: "192.0.2.21" }, web2: { address: "192.0.2.22" } },
  virtualServices: {
    web: {
      address: "192.0.2.100",
      port: 80,
      drainSeconds: 30,
      realServers: { web1: {}, web2: { weight: 2 } },
    },
  },
};
const key = "tcp 192.0.2.100:80";

/** The kernel as `settings` make it, with connections on both real servers. */
const kernel = [
  "held\td1\tg.0",
  "table\ttcp 192.0.2.100:80 scheduler wrr",
  "table\ttcp 192.0.2.100:80 to 192.0.2.21:80 dr weight 1 active 5 inactive 4",
  "table\ttcp 192.0.2.100:80 to 192.0.2.22:80 dr weight 2 active 12 inactive 0",
];
const reading = (...more: string[]): HostReading => parseReading([...kernel, ...more].join("\n"), "d2");

function changes(change: Settings, found = reading()) {
  const cluster = clusterOf(withChanges(settings, change));
  return cluster.directors
    .slice(0, 1)
    .flatMap((director) => tableChanges(planDirector(cluster, director), found));
}

/** On the first of two directors, of which it knows that they advertise as id 98. */
function pairChanges(change: Settings) {
  const directors = Object.fromEntries(
    [1, 2].map((number) => [`lb${number}`, { address: `192.0.2.1${number}`, interface: "eth0" }]),
  );
  const found = reading("vrrp\tMASTER\t0\t\tmaster and backup on eth0, id 98\tid 98 to each director");
  return changes({ directors, ...change }, found);
}

describe("what a plan does to the kernel's table", () => {
  it("is nothing where the table is as planned", () => {
    expect(changes({})).toEqual([]);
  });

  it("is a weight that leaves connections alone", () => {
    expect(changes({ "virtualServices.web.realServers.web1.weight": 3 })).toEqual([
      {
        service: key,
        realServer: "192.0.2.21:80",
        change: "weight 1 → 3",
        connections: "5 untouched",
        breaks: false,
      },
    ]);
  });

  it("is a threshold that leaves connections alone", () => {
    expect(changes({ "virtualServices.web.realServers.web2.upperThreshold": 9 })).toMatchObject([
      { realServer: "192.0.2.22:80", change: "upper threshold 0 → 9", connections: "12 untouched" },
    ]);
  });

  it("is a scheduler that leaves the connections of the whole service alone", () => {
    expect(changes({ "virtualServices.web.scheduler": "rr" })).toMatchObject([
      { realServer: undefined, change: "scheduler wrr → rr", connections: "17 untouched" },
    ]);
  });

  it("is a real server that drains before it leaves, for as long as its service allows", () => {
    expect(changes({ "virtualServices.web.realServers.web2": undefined })).toMatchObject([
      {
        realServer: "192.0.2.22:80",
        change: "leaves",
        connections: "12 drain, for at most 30 s",
        breaks: false,
      },
    ]);
  });

  it.each([
    ["it may not drain", { "virtualServices.web.drainSeconds": 0 }, 1],
    ["none are there", { "virtualServices.web.drainSeconds": 0, "virtualServices.web.port": 81 }, 0],
  ])("breaks connections of a real server that leaves only where %s", (_, change, broken) => {
    const leaving = changes({ ...change, "virtualServices.web.realServers.web2": undefined });
    expect(leaving.filter(({ breaks }) => breaks)).toHaveLength(broken);
  });

  it("is a real server of a UDP service, whose clients go on elsewhere whatever time it has", () => {
    const udp = {
      "virtualServices.web.protocol": "udp",
      "virtualServices.web.healthCheck": { type: "ping" },
    };
    const found = parseReading(kernel.join("\n").replaceAll("tcp ", "udp "), "d2");
    const leaving = (change: Settings) => changes({ ...udp, ...change }, found);
    for (const seconds of [0, 5]) {
      const change = {
        "virtualServices.web.drainSeconds": seconds,
        "virtualServices.web.realServers.web2": undefined,
      };
      expect(leaving(change)).toMatchObject([
        {
          realServer: "192.0.2.22:80",
          change: "leaves",
          connections: "12 clients go on elsewhere",
          breaks: false,
        },
      ]);
    }
  });

  it("breaks connections that were forwarded in another way", () => {
    const found = parseReading(kernel.join("\n").replace("22:80 dr", "22:80 nat"), "d2");
    expect(changes({}, found)).toMatchObject([
      { change: "forwarding nat → dr", connections: "12 break", breaks: true },
    ]);
  });

  it.each([
    [{ "vrrp.routerId": 77 }, "VRRP id 98 to each director → id 77 to each director"],
    [{ "vrrp.multicast": true }, "VRRP id 98 to each director → id 98 by multicast"],
  ])("breaks connections where directors would know each other no more: %j", (change, words) => {
    const lines = pairChanges({ "vrrp.routerId": 98, ...change });
    expect(lines).toMatchObject([{ service: "all", realServer: undefined, change: words, breaks: true }]);
  });

  it("leaves directors alone that know each other as before", () => {
    expect(pairChanges({ "vrrp.routerId": 98, "vrrp.preempt": true })).toEqual([]);
  });

  it("is a real server and a service that join", () => {
    const more = changes({
      "realServers.web3": { address: "192.0.2.23" },
      "virtualServices.web.realServers.web3": { weight: 4 },
      "virtualServices.more": { address: "192.0.2.101", port: 80, realServers: { web1: {} } },
    });
    expect(more.map(({ service, realServer, change }) => [service, realServer, change])).toEqual([
      [key, "192.0.2.23:80", "joins with weight 4 once its check passes"],
      ["tcp 192.0.2.101:80", undefined, "new, scheduler wrr"],
      ["tcp 192.0.2.101:80", "192.0.2.21:80", "joins with weight 1 once its check passes"],
    ]);
  });

  const gone = (seconds: number) =>
    reading(`difference\tservice ${key}\tgiven back\tstill held`, `drain\t${key}\t${seconds}`);

  it("is a service that goes, its real servers drained for as long as it allowed", () => {
    expect(changes({ "virtualServices.web.port": 8080 }, gone(30)).slice(3)).toMatchObject([
      {
        service: key,
        realServer: "192.0.2.21:80",
        change: "leaves",
        connections: "5 drain, for at most 30 s",
        breaks: false,
      },
      { service: key, realServer: "192.0.2.22:80", connections: "12 drain, for at most 30 s" },
      { service: key, realServer: undefined, change: "removed", breaks: false },
    ]);
  });

  it("breaks connections of a service that goes and allowed no time", () => {
    expect(changes({ "virtualServices.web.port": 8080 }, gone(0)).slice(3)).toMatchObject([
      { realServer: "192.0.2.21:80", connections: "5 break", breaks: true },
      { realServer: "192.0.2.22:80", connections: "12 break", breaks: true },
      { realServer: undefined, change: "removed" },
    ]);
  });
});
