import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import type { ClusterStatus } from "../../status/collect.ts";
import { showStatus } from "../../status/show.ts";

const status: ClusterStatus = {
  stack: "prod",
  vip: "192.0.2.100",
  url: "http://192.0.2.100/",
  virtualServices: [
    {
      name: "web",
      address: "192.0.2.100",
      port: 80,
      protocol: "tcp",
      forwarding: "dr",
      scheduler: "wrr",
      realServers: [
        {
          name: "web1",
          address: "192.0.2.21",
          weight: 3,
          liveWeight: 1,
          state: "up",
          activeConnections: 2,
          inactiveConnections: 30,
        },
        {
          name: "web2",
          address: "192.0.2.22",
          weight: 2,
          liveWeight: null,
          state: "out",
          activeConnections: 0,
          inactiveConnections: 0,
        },
      ],
    },
  ],
  directors: [{ name: "lb1", address: "192.0.2.11", state: "as planned", detail: "", vrrp: null }],
  realServers: [
    { name: "web1", address: "192.0.2.21", state: "differs", detail: "unit x\n  expected active" },
  ],
  faults: [],
};

describe("the status as text", () => {
  it("shows the VIP, services, hosts, what differs, and who answered", () => {
    expect(
      stripVTControlCharacters(showStatus(status, { web2: 8, web1: 4 })),
    ).toBe(`VIP  192.0.2.100  http://192.0.2.100/

web  tcp 192.0.2.100:80  scheduler wrr  forwarding dr
REAL SERVER  ADDRESS     WEIGHT            STATE  ACTIVE  INACTIVE
web1         192.0.2.21  1 (configured 3)  up     2       30
web2         192.0.2.22  2                 out    0       0

HOST  ROLE         ADDRESS     STATE
lb1   director     192.0.2.11  as planned
web1  real server  192.0.2.21  differs

web1
  unit x
    expected active

12 requests from the lab's client: web1 4, web2 8`);
  });

  it("tells who holds the VIPs, and what is wrong with that", () => {
    const since = "2026-11-22T22:15:16.000Z";
    const sharing = { role: "MASTER", since, sync: "master and backup on eth0, id 9", tableInStep: true };
    const director = (name: string, address: string) => {
      const vrrp = { ...sharing, splitBrainSeen: null };
      return { name, address, state: "as planned", detail: "", vrrp } as const;
    };
    const directors = [director("lb1", "192.0.2.11"), director("lb2", "192.0.2.12")];
    const faults = [{ found: "VIP 192.0.2.100: held by lb1 and lb2", remedy: "let VRRP in" }];
    const shown = stripVTControlCharacters(showStatus({ ...status, directors, faults }, undefined));
    expect(shown).toContain(`DIRECTOR  VRRP    SINCE                    SYNCHRONISATION                  TABLE
lb1       MASTER  2026-11-22 22:15:16 UTC  master and backup on eth0, id 9  in step
lb2       MASTER  2026-11-22 22:15:16 UTC  master and backup on eth0, id 9  in step

VIP 192.0.2.100: held by lb1 and lb2
  let VRRP in
`);
  });

  it("goes without what there is none of", () => {
    const nothing = { ...status, vip: null, url: null, virtualServices: [], directors: [], realServers: [] };
    expect(stripVTControlCharacters(showStatus(nothing, undefined)).trim()).toBe(
      "VIP  none\n\nHOST  ROLE  ADDRESS  STATE",
    );
  });
});
