import { describe, expect, it } from "vitest";
import { handOver, type Ways } from "../../operate/handover.ts";
import { SetupError } from "../../setup/rung.ts";
import type { StateHost } from "../../status/stackState.ts";
import { nothingRead } from "../reading/nothingRead.ts";

const held = { digest: "any", generation: "g.0" };
const target = { host: "192.0.2.1" };
const hostOf = (name: string, role: StateHost["role"] = "director") => ({ name, role, target, script: "" });

/** Directors that are in these roles; the one that hands over gives them to the first that is ready. */
function cluster(roles: Record<string, string | undefined>) {
  const now = { ...roles };
  const handedOver: string[] = [];
  const ways: Ways = {
    read: async ({ name }) => {
      const role = now[name];
      if (role === "unreachable") return "no route to host";
      const shares = { sinceSeconds: 0, rivalSeconds: undefined, sync: "", advertises: "" };
      return { ...nothingRead, held, vrrp: role === undefined ? undefined : { role, ...shares } };
    },
    handOver: async ({ name }) => {
      handedOver.push(name);
      const next = Object.keys(now).find((other) => now[other] === "BACKUP");
      if (next) Object.assign(now, { [name]: "BACKUP", [next]: "MASTER" });
    },
  };
  const hosts = [...Object.keys(roles).map((name) => hostOf(name)), hostOf("web1", "realServer")];
  return { hosts, handedOver, ways };
}

describe("handing the VIPs over", () => {
  it("has the holder give them to one that is ready", async () => {
    const { hosts, handedOver, ways } = cluster({ lb1: "BACKUP", lb2: "MASTER", lb3: "BACKUP" });
    expect(await handOver(hosts, ways)).toEqual({ from: "lb2", to: "lb1" });
    expect(handedOver).toEqual(["lb2"]);
  });

  it("does without a director that cannot take them", async () => {
    const { hosts, handedOver, ways } = cluster({ lb1: "MASTER", lb2: "unreachable", lb3: "BACKUP" });
    expect(await handOver(hosts, ways)).toEqual({ from: "lb1", to: "lb3" });
    expect(handedOver).toEqual(["lb1"]);
  });

  it.each([
    ["there is one director", { lb1: undefined }, /one director/],
    [
      "nobody is ready",
      { lb1: "MASTER", lb2: "FAULT" },
      /take the VIPs over from lb1: lb1 MASTER, lb2 FAULT/,
    ],
    ["the others are unknown", { lb1: "MASTER", lb2: "unreachable" }, /lb2 is unknown \(no route to host\)/],
    [
      "nobody holds them",
      { lb1: "BACKUP", lb2: "FAULT" },
      /no director holds the VIPs: lb1 BACKUP, lb2 FAULT/,
    ],
    ["two hold them", { lb1: "MASTER", lb2: "MASTER" }, /several directors hold the VIPs/],
    [
      "each holds them for good",
      { lb1: undefined, lb2: undefined },
      /several directors hold the VIPs: lb1 shares none, lb2 shares none/,
    ],
  ])("is refused, nothing touched, where %s", async (_, roles, message) => {
    const { hosts, handedOver, ways } = cluster(roles);
    const refused = handOver(hosts, ways);
    await expect(refused).rejects.toThrow(SetupError);
    await expect(refused).rejects.toThrow(message);
    expect(handedOver).toEqual([]);
  });
});
