/** How a stack's hosts are asked, with directors that say what the test has them say. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { HostReading } from "../../reading/hostReading.ts";
import { readHost } from "../../reading/readHost.ts";
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
