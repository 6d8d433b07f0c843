/** How a stack's hosts are asked, with directors that say what the test has them say. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { parseTable } from "../../model/table.ts";
import type { HostReading } from "../../reading/hostReading.ts";
import { ReadingError, readHost } from "../../reading/readHost.ts";
import { SshUnreachableError } from "../../ssh/target.ts";
import { collectStatus } from "../../status/collect.ts";
import type { StackState } from "../../status/stackState.ts";
import { nothingRead } from "../reading/nothingRead.ts";

const held = { digest: "any", generation: "g.0" };
const vip = (isHeld: boolean, ...answeredBy: string[]) => [
  { address: "192.0.2.100", held: isHeld, answeredBy },
];
const asPlanned: HostReading = { ...nothingRead, held, mac: "02:42:c6:12:07:0b", vips: vip(true) };
const taken: HostReading = { ...asPlanned, vips: vip(true, "02:42:c6:12:07:15") };

const host = (name: string, role: "director" | "realServer", address: string) => {
  return { name, role, script: "digest=any", target: { host: address, user: "root", hostKey: "" } };
};
const state: StackState = {
  outputs: {
    directors: [{ name: "lb1", address: "192.0.2.11" }],
    realServers: [{ name: "web1", address: "192.0.2.21" }],
  },
  hasLab: false,
  hosts: [host("lb1", "director", "192.0.2.11"), host("web1", "realServer", "192.0.2.21")],
};

const original = vi.mocked(readHost).getMockImplementation() as typeof readHost;
let looks: HostReading[] = [];
beforeEach(() => {
  vi.mocked(readHost).mockImplementation(async (target) => {
    const web1 = { ...nothingRead, mac: "02:42:c6:12:07:15" };
    return target.host === "192.0.2.21" ? web1 : (looks.shift() ?? asPlanned);
  });
});
afterEach(() => vi.mocked(readHost).mockImplementation(original));

describe("a fault of the cluster", () => {
  it("counts where it is there at a second look too, naming hosts that are not held as well", async () => {
    looks = [taken, taken];
    const { faults, directors } = await collectStatus("prod", state);
    expect(faults.map(({ found }) => found)).toEqual([
      "VIP 192.0.2.100: held by lb1; ARP is answered by web1",
    ]);
    expect(directors).toMatchObject([{ name: "lb1", state: "as planned", vrrp: null }]);
  });

  it("is passed over where it is gone at a second look", async () => {
    looks = [taken, asPlanned];
    expect((await collectStatus("prod", state)).faults).toEqual([]);
  });

  it("is not looked for twice where there is none", async () => {
    looks = [asPlanned, taken];
    expect((await collectStatus("prod", state)).faults).toEqual([]);
    expect(looks).toEqual([taken]);
  });
});

it("a director that cannot be asked is unreachable, and no fault of the cluster by itself", async () => {
  vi.mocked(readHost).mockRejectedValue(new SshUnreachableError("192.0.2.11:22 is not reachable over SSH"));
  const { faults, directors } = await collectStatus("prod", state);
  expect(faults).toEqual([]);
  expect(directors).toMatchObject([
    { state: "unreachable", detail: "192.0.2.11:22 is not reachable over SSH" },
  ]);
});

it("a host that another run has converged is not as this stack knows it", async () => {
  vi.mocked(readHost).mockResolvedValue({ ...asPlanned, held: { digest: "another", generation: "g.0" } });
  const { directors } = await collectStatus("prod", state);
  expect(directors).toMatchObject([
    { state: "differs", detail: "converged by another run than this stack knows of; `up` converges it" },
  ]);
});

it("a host of which nothing can be read is unreachable, and says why", async () => {
  vi.mocked(readHost).mockRejectedValue(new ReadingError("lb1 cannot be read"));
  const { directors } = await collectStatus("prod", state);
  expect(directors).toMatchObject([{ state: "unreachable", detail: "lb1 cannot be read", vrrp: null }]);
});

it("a fault of ours is not taken for one of a host", async () => {
  vi.mocked(readHost).mockRejectedValue(new TypeError("not a function"));
  await expect(collectStatus("prod", state)).rejects.toThrow("not a function");
});

it("a host that no run has converged, or that the state has no way to, is not as planned", async () => {
  vi.mocked(readHost).mockResolvedValue(nothingRead);
  const { directors, realServers } = await collectStatus("prod", {
    ...state,
    hosts: state.hosts.slice(0, 1),
  });
  expect([...directors, ...realServers]).toMatchObject([
    { name: "lb1", state: "differs", detail: "not converged, or by another stack; `up` converges it" },
    { name: "web1", address: "192.0.2.21", state: "unreachable", detail: "not in the stack's state" },
  ]);
});

it("what differs on a host is told in words, and first that another run has converged it", async () => {
  const differences = [{ item: "sysctl net.ipv4.conf.all.arp_ignore", planned: "1", found: "0" }];
  const drifted = "arp_ignore 1 → 0 (net.ipv4.conf.all.arp_ignore)";
  vi.mocked(readHost).mockResolvedValue({ ...asPlanned, differences });
  expect((await collectStatus("prod", state)).directors).toMatchObject([{ detail: drifted }]);
  const another = { ...held, digest: "another" };
  vi.mocked(readHost).mockResolvedValue({ ...asPlanned, held: another, differences });
  expect((await collectStatus("prod", state)).directors).toMatchObject([
    { detail: `converged by another run than this stack knows of; \`up\` converges it\n${drifted}` },
  ]);
});

describe("directors that share VIPs", () => {
  const pair: StackState = {
    ...state,
    outputs: {
      directors: [
        { name: "lb1", address: "192.0.2.11" },
        { name: "lb2", address: "192.0.2.12" },
      ],
    },
    hosts: [host("lb1", "director", "192.0.2.11"), host("lb2", "director", "192.0.2.12")],
  };
  const service = "tcp 192.0.2.100:80 scheduler wrr";
  const director = (role: string, weight = 1, rivalSeconds?: number): HostReading => ({
    ...asPlanned,
    table: parseTable([service, `tcp 192.0.2.100:80 to 192.0.2.21:80 dr weight ${weight}`]),
    vrrp: { role, sinceSeconds: 0, rivalSeconds, sync: "master and backup on eth0, id 9", advertises: "" },
  });
  /** How each shares the VIPs, one saying this and the other that. */
  async function shared(lb1: HostReading, lb2: HostReading) {
    vi.mocked(readHost).mockImplementation(async ({ host }) => (host === "192.0.2.11" ? lb1 : lb2));
    return (await collectStatus("prod", pair)).directors.map(({ vrrp }) => vrrp);
  }

  it("tell their roles, and since when", async () => {
    expect(await shared(director("BACKUP"), director("MASTER"))).toMatchObject([
      { role: "BACKUP", since: "1970-01-01T00:00:00.000Z", sync: "master and backup on eth0, id 9" },
      { role: "MASTER" },
    ]);
  });

  it.each([
    ["in step with the one that holds the VIPs", director("BACKUP"), director("MASTER"), [true, true]],
    ["out of step with it", director("BACKUP", 2), director("MASTER"), [false, true]],
    ["compared with nobody where nobody holds them", director("BACKUP"), director("FAULT"), [null, null]],
  ])("have tables that are %s", async (_, lb1, lb2, inStep) => {
    expect((await shared(lb1, lb2)).map((vrrp) => vrrp?.tableInStep)).toEqual(inStep);
  });

  it("tell when both were found to hold the VIPs, if ever", async () => {
    const seen = (await shared(director("BACKUP", 1, 60), director("MASTER"))).map((v) => v?.splitBrainSeen);
    expect(seen).toEqual(["1970-01-01T00:01:00.000Z", null]);
  });
});

describe("a real server of a service", () => {
  const web = { protocol: "tcp", address: "192.0.2.100", port: 80 };
  const outputs = {
    ...state.outputs,
    virtualServices: [{ ...web, realServers: [{ name: "web1", address: "192.0.2.21", weight: 1 }] }],
  };
  const tableWith = (share: string) =>
    parseTable(["tcp 192.0.2.100:80 scheduler wrr", `tcp 192.0.2.100:80 to ${share}`]);
  const unheld = { ...asPlanned, held: undefined };

  it.each([
    ["up", 1, { ...asPlanned, table: tableWith("192.0.2.21:80 dr weight 1 active 5 inactive 4") }, 5, 4],
    [
      "quiesced",
      0,
      { ...asPlanned, table: tableWith("192.0.2.21:80 dr weight 0 active 2 inactive 0") },
      2,
      0,
    ],
    ["out", null, { ...asPlanned, table: tableWith("192.0.2.22:80 dr weight 1 active 5 inactive 4") }, 0, 0],
    ["unknown", null, unheld, 0, 0],
  ])("is %s by the director's table", async (wanted, liveWeight, reading, active, inactive) => {
    vi.mocked(readHost).mockResolvedValue(reading);
    const { virtualServices } = await collectStatus("prod", { ...state, outputs });
    expect(virtualServices.flatMap(({ realServers }) => realServers)).toMatchObject([
      { state: wanted, liveWeight, activeConnections: active, inactiveConnections: inactive },
    ]);
  });
});
