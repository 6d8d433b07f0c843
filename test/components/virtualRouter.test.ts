import { describe, expect, it } from "vitest";
import { Director, type MemberArgs, VirtualRouter, type VirtualRouterArgs } from "../../components/index.ts";
import { entry } from "../../model/cluster.ts";
import { hostKey, Machine, privateKey, ssh } from "./cluster.ts";
import { byLabel, failuresOf, record, secret, unknown } from "./recording.ts";

const lb1 = { address: "192.0.2.11", interface: "eth0" };
const lb2 = { address: "192.0.2.12", interface: "eth0" };

/** Directors of one virtual router, which balance nothing yet; returns what makes another one. */
function makePair(
  members: VirtualRouterArgs["directors"],
  changes: Partial<VirtualRouterArgs> = {},
): (name: string) => Director {
  const virtualRouter = new VirtualRouter("pair", { directors: members, ...changes });
  const make = (name: string, host: MemberArgs = lb1) =>
    new Director(name, { ...host, subnet: "192.0.2.0/24", ssh, virtualRouter, virtualServices: [] });
  for (const [name, host] of Object.entries(members)) make(name, host);
  return make;
}

describe("a virtual router", () => {
  it("keeps the way to each director as a secret, for one that is named no more", async () => {
    const resources = byLabel(await record(() => makePair({ lb1, lb2 })));
    const { inputs, parent } = entry(resources, "Stash pair");
    const way = (host: string) => expect.objectContaining({ host, hostKey, privateKey });
    expect(inputs).toEqual({ input: secret({ lb1: way("192.0.2.11"), lb2: way("192.0.2.12") }) });
    expect(parent).toBe("VirtualRouter pair");
  });

  it("has its directors changed one after the other, and told of each other only when the ways are kept", async () => {
    const resources = byLabel(await record(() => makePair({ lb1, lb2 })));
    expect(entry(resources, "Command lb1").dependsOn).toEqual(["Stash pair"]);
    expect(entry(resources, "Command lb2").dependsOn).toEqual(["Command lb1", "Stash pair"]);
  });

  it("tells each director of the others", async () => {
    const resources = byLabel(await record(() => makePair({ lb1, lb2 }, { routerId: 9 })));
    for (const label of ["Director lb1", "Director lb2"]) {
      expect(entry(resources, label).inputs.plan).toMatchObject({ "sync eth0": "9" });
    }
  });

  it("goes on at preview where a director is yet to be made", async () => {
    const program = () => makePair({ lb1, lb2: { ...lb2, address: new Machine("machine").address } });
    const resources = byLabel(await record(program, { preview: true }));
    expect(entry(resources, "Stash pair").inputs).toEqual({ input: unknown });
    expect(entry(resources, "Command lb2").inputs.stdin).toBe(unknown);
  });

  it("leaves a single director without VRRP", async () => {
    const only = byLabel(
      await record(() => {
        const virtualRouter = new VirtualRouter("alone", { directors: { lb1 } });
        new Director("lb1", { ...lb1, subnet: "192.0.2.0/24", ssh, virtualRouter, virtualServices: [] });
      }),
    );
    expect(entry(only, "Director lb1").inputs.plan).not.toHaveProperty("sync eth0");
  });

  it("refuses what it cannot be", async () => {
    expect(await failuresOf(() => makePair({ lb1, lb2 }, { routerId: 256 }))).toEqual([
      expect.stringContaining(
        "pair.routerId: given 256; give a virtual router id, a whole number from 1 to 255",
      ),
    ]);
  });

  it.each([
    ["that it does not name", "lb3", "lb3: its virtual router has the directors lb1, lb2; name it there"],
    [
      "of a name that it has already",
      "lb1",
      "lb1: its virtual router has a Director of this name already; make it once",
    ],
  ])("refuses a director %s", async (_, name, message) => {
    await record(() => {
      const make = makePair({ lb1, lb2 });
      expect(() => make(name)).toThrow(message);
    });
  });
});
