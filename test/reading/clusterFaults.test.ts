import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseTable } from "../../model/table.ts";
import { type Asked, clusterFaults } from "../../reading/clusterFaults.ts";
import type { HostReading, VrrpReading } from "../../reading/hostReading.ts";
import { nothingRead } from "./nothingRead.ts";

const vip = "192.0.2.100";
const held = { digest: "any", generation: "g.0" };
const macOf = (name: string) => `02:42:c6:12:07:${name.slice(-2)}`;
const lines = [`tcp ${vip}:80 scheduler wrr`, `tcp ${vip}:80 to 192.0.2.21:80 dr weight 1`];

function shares(role: string, changes: Partial<VrrpReading> = {}): VrrpReading {
  const sync = "master and backup on eth0, id 9";
  const advertises = "id 9 to each director";
  return { role, sinceSeconds: 0, rivalSeconds: undefined, sync, advertises, ...changes };
}

/** A director that has this role, has the VIP where it is MASTER, and hears these hosts answer for it. */
function director(
  name: string,
  role: string,
  answering: readonly string[],
  changes: Partial<HostReading> = {},
) {
  const vips = [{ address: vip, held: role === "MASTER", answeredBy: answering.map(macOf) }];
  return {
    name,
    reading: {
      ...nothingRead,
      held,
      mac: macOf(name),
      table: parseTable(lines),
      vrrp: shares(role),
      vips,
      ...changes,
    },
  };
}

/** The only one, which holds its VIP for good. */
function alone(answering: readonly string[], isHeld = true) {
  return director("lb01", "", answering, {
    vrrp: undefined,
    vips: [{ address: vip, held: isHeld, answeredBy: answering.map(macOf) }],
  });
}

const holder = director("lb01", "MASTER", []);
const standby = director("lb02", "BACKUP", ["lb01"]);
const withoutVip = [{ address: vip, held: false, answeredBy: [macOf("lb01")] }];
const unread = (name: string): Asked => ({ name, reading: undefined });
const web1: Asked = { name: "web21", reading: { ...nothingRead, mac: macOf("web21") } };
const found = (...directors: readonly Asked[]) =>
  clusterFaults(directors, [web1]).map((fault) => fault.found);
const remedies = (...directors: readonly Asked[]) =>
  clusterFaults(directors, [web1]).map((fault) => fault.remedy);

describe("directors are one cluster", () => {
  it.each([
    ["with one that holds the VIP and one that is ready to", [holder, standby]],
    ["whose holder is not the first", [director("lb01", "BACKUP", ["lb02"]), director("lb02", "MASTER", [])]],
    ["where one of them could not be read", [holder, unread("lb02")]],
    [
      "where the one that could not be read is who answers",
      [unread("lb01"), director("lb02", "BACKUP", ["lb01"])],
    ],
    ["where another one is not ours yet", [alone([]), { name: "lb02", reading: nothingRead }]],
    ["of which there is one", [alone([])]],
    ["of whose interfaces the names differ", [holder, withSync("master and backup on ens3, id 9")]],
    ["that hold no VIP", [director("lb01", "MASTER", [], { vips: [] })]],
  ])("%s", (_, directors) => {
    expect(clusterFaults(directors, [web1])).toEqual([]);
  });

  it("however many they are, whoever holds the VIPs, and no others", () => {
    const cluster = fc
      .uniqueArray(fc.integer({ min: 10, max: 99 }), { minLength: 2, maxLength: 6 })
      .chain((numbers) =>
        fc.record({
          names: fc.constant(numbers.map((number) => `lb${number}`)),
          roles: fc.array(fc.constantFrom("MASTER", "BACKUP", "FAULT"), {
            minLength: numbers.length,
            maxLength: numbers.length,
          }),
        }),
      );
    fc.assert(
      fc.property(cluster, ({ names, roles }) => {
        const holders = names.filter((_, at) => roles[at] === "MASTER");
        const hearing = (name: string) => holders.filter((other) => other !== name);
        const directors = names.map((name, at) => director(name, roles[at] ?? "", hearing(name)));
        const faults = clusterFaults(directors, []);
        expect(faults.length === 0).toBe(holders.length === 1);
        for (const name of holders.length === 1 ? [] : holders) expect(faults[0]?.found).toContain(name);
      }),
    );
  });
});

function withSync(sync: string) {
  return director("lb02", "BACKUP", ["lb01"], { vrrp: shares("BACKUP", { sync }) });
}

describe("directors are not one cluster", () => {
  it.each([
    [
      "where two hold the VIP",
      [director("lb01", "MASTER", ["lb02"]), director("lb02", "MASTER", ["lb01"])],
      `VIP ${vip}: held by lb01 (MASTER) and lb02 (MASTER); ARP is answered by lb01 and lb02`,
    ],
    [
      "where one that does not say so has the VIP too",
      [
        holder,
        director("lb02", "BACKUP", ["lb01"], {
          vips: [{ address: vip, held: true, answeredBy: [macOf("lb01")] }],
        }),
      ],
      `VIP ${vip}: held by lb01 (MASTER) and lb02 (BACKUP); ARP is answered by lb01`,
    ],
    [
      "where one that says so has not got the VIP",
      [holder, director("lb02", "MASTER", ["lb01"], { vips: withoutVip })],
      `VIP ${vip}: held by lb01 (MASTER) and lb02 (MASTER); ARP is answered by lb01`,
    ],
    [
      "where nobody holds the VIP",
      [director("lb01", "FAULT", []), director("lb02", "FAULT", [])],
      `VIP ${vip}: held by nobody (lb01 FAULT, lb02 FAULT); ARP is answered by nobody`,
    ],
    [
      "where nobody is known to hold the VIP, and nobody answers",
      [unread("lb01"), director("lb02", "BACKUP", [])],
      `VIP ${vip}: held by nobody (lb02 BACKUP); lb01 could not be asked; ARP is answered by nobody`,
    ],
    [
      "where nobody is known to hold the VIP, and a host answers that is known not to",
      [unread("lb01"), director("lb02", "BACKUP", ["web21"])],
      `VIP ${vip}: held by nobody (lb02 BACKUP); lb01 could not be asked; ARP is answered by web21`,
    ],
    [
      "where a real server answers",
      [holder, director("lb02", "BACKUP", ["lb01", "web21"])],
      `VIP ${vip}: held by lb01 (MASTER); ARP is answered by lb01 and web21`,
    ],
    [
      "where a stranger answers whom only the holder hears",
      [director("lb01", "MASTER", ["x63"]), standby],
      `VIP ${vip}: held by lb01 (MASTER); ARP is answered by an unknown host (02:42:c6:12:07:63) and lb01`,
    ],
    [
      "where the holder does not answer",
      [holder, director("lb02", "BACKUP", [])],
      `VIP ${vip}: held by lb01 (MASTER); ARP is answered by nobody`,
    ],
    [
      "where the only one does not hold it",
      [alone([], false)],
      `VIP ${vip}: held by nobody; ARP is answered by nobody`,
    ],
    [
      "where another host answers for the only one's VIP",
      [alone(["web21"])],
      `VIP ${vip}: held by lb01; ARP is answered by web21`,
    ],
    [
      "where the tables differ",
      [
        holder,
        director("lb02", "BACKUP", ["lb01"], {
          table: parseTable([
            lines[0] ?? "",
            `tcp ${vip}:80 to 192.0.2.21:80 dr weight 3 upper-threshold 9 lower-threshold 2`,
          ]),
        }),
      ],
      `the directors' tables differ: tcp ${vip}:80 → 192.0.2.21:80 dr weight 1 on lb01, dr weight 3 upper-threshold 9 lower-threshold 2 on lb02`,
    ],
    [
      "where one table is empty",
      [holder, director("lb02", "BACKUP", ["lb01"], { table: new Map() })],
      `the directors' tables differ: tcp ${vip}:80 scheduler wrr on lb01, absent on lb02; tcp ${vip}:80 → 192.0.2.21:80 dr weight 1 on lb01, absent on lb02`,
    ],
    ...["", "master on eth0, id 9", "master and backup on eth0, id 8"].map(
      (sync): [string, Asked[], string] => [
        `where synchronisation on one is "${sync}"`,
        [holder, withSync(sync)],
        `connection synchronisation: lb01 master and backup on eth0, id 9; lb02 ${sync || "not running"}`,
      ],
    ),
  ])("%s", (_, directors, words) => {
    expect(found(...directors)).toEqual([words]);
  });

  it("where none of them synchronises", () => {
    const mute = (name: string, role: string, answering: readonly string[]) =>
      director(name, role, answering, { vrrp: shares(role, { sync: "" }) });
    expect(found(mute("lb01", "MASTER", []), mute("lb02", "BACKUP", ["lb01"]))).toEqual([
      "connection synchronisation: lb01 not running; lb02 not running",
    ]);
  });

  it("in one sentence for all VIPs that are held alike", () => {
    const answeredBy: readonly string[] = [];
    const vips = [vip, "192.0.2.101"].map((address) => ({ address, held: false, answeredBy }));
    const down = (name: string) => director(name, "FAULT", [], { vips });
    expect(found(down("lb01"), down("lb02"))).toEqual([
      `VIP ${vip}, 192.0.2.101: held by nobody (lb01 FAULT, lb02 FAULT); ARP is answered by nobody`,
    ]);
  });

  it("where nobody holds a VIP that is routed to them, though the link cannot tell", () => {
    const vips = [{ address: vip, held: false, answeredBy: undefined }];
    const down = (name: string) => director(name, "FAULT", [], { vips });
    expect(found(down("lb01"), down("lb02"))).toEqual([
      `VIP ${vip}: held by nobody (lb01 FAULT, lb02 FAULT)`,
    ]);
    expect(found(unread("lb01"), down("lb02"))).toEqual([]);
  });
});

describe("what most often causes it", () => {
  const split = (advertises: string) =>
    ["lb01", "lb02"].map((name) => director(name, "MASTER", [], { vrrp: shares("MASTER", { advertises }) }));

  it("is a firewall where directors do not hear each other, in the way in which they advertise", () => {
    expect(remedies(...split("id 9 to each director"))[0]).toContain(
      "(IP protocol 112, between the directors' addresses)",
    );
    const [multicast] = remedies(...split("id 9 by multicast"));
    expect(multicast).toContain("(IP protocol 112, to 224.0.0.18)");
    expect(multicast).toContain("(UDP port 8848, to 224.0.0.81)");
  });

  it.each([
    [
      "health checks where all give the VIPs up",
      [director("lb01", "FAULT", [])],
      "see why health checks fail",
    ],
    ["somebody where the only one has lost its VIP", [alone([], false)], "`up` puts it back"],
    ["a host that is not silent where others answer", [alone(["web21"])], "net.ipv4.conf.all.arp_ignore=1"],
    ["the holder where it does not answer", [holder, director("lb02", "BACKUP", [])], "something on lb01"],
  ])("is %s", (_, directors, words) => {
    expect(remedies(...directors)).toEqual([expect.stringContaining(words)]);
  });
});
