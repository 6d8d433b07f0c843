/** When directors are asked as one, with hosts that only say how they are, and a clock of the test's. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { HostReading } from "../../reading/hostReading.ts";
import { ReadingError } from "../../reading/readHost.ts";
import { faultsFound, lastingFaults } from "../../rollout/agreement.ts";
import type { RunningHost } from "../../rollout/runningHost.ts";
import { nothingRead } from "../reading/nothingRead.ts";
import { otherPlan, runningHost } from "./hosts.ts";

const macs: Record<string, string> = { lb1: "02:42:c6:12:07:0b", lb2: "02:42:c6:12:07:0c" };

/** A director that holds the VIP, or not, and hears these answer for it. */
function director(role: string, ...answering: string[]): Partial<HostReading> {
  const sync = "master and backup on eth0, id 9";
  return {
    vrrp: { role, sinceSeconds: 0, rivalSeconds: undefined, sync, advertises: "id 9 to each director" },
    vips: [
      {
        address: "192.0.2.100",
        held: role === "MASTER",
        answeredBy: answering.map((name) => macs[name] ?? ""),
      },
    ],
  };
}

type Found = Readonly<Record<string, Partial<HostReading> | Error>>;
const healthy: Found = { lb1: director("MASTER"), lb2: director("BACKUP", "lb1") };
const split: Found = { lb1: director("MASTER", "lb2"), lb2: director("MASTER", "lb1") };
const changed: Found = Object.fromEntries(
  Object.entries(healthy).map(([name, reading]) => [name, { ...reading, ...otherPlan }]),
);
const message =
  "the directors are not one cluster:\n  VIP 192.0.2.100: held by lb1 (MASTER) and lb2 (MASTER); ARP is answered by lb1 and lb2\n    directors that do not hear";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Directors that were found like this, and are like each of `later` at one look after the other; each look takes seconds. */
function directors(found: Found, later: readonly Found[] = []) {
  const looks: string[] = [];
  const members = Object.entries(found).map(([name, reading]) => {
    const whole = reading instanceof Error ? reading : { mac: macs[name], ...reading };
    const look = async () => {
      const now = later[Math.floor(looks.length / 2)] ?? later.at(-1) ?? {};
      looks.push(name);
      vi.setSystemTime(Date.now() + 1000);
      const is = now[name] ?? {};
      if (is instanceof Error) throw is;
      return { ...nothingRead, held: { digest: "now", generation: "g.1" }, mac: macs[name], ...is };
    };
    const host: RunningHost = { ...runningHost(name, { found: whole }), look };
    return { host, realServers: [] };
  });
  return { members, looks };
}

describe("directors that have been changed", () => {
  it("are not asked again where nothing was to change and they are one cluster", async () => {
    const { members, looks } = directors(healthy);
    expect(await lastingFaults(members)).toBeUndefined();
    expect(looks).toEqual([]);
  });

  it("are asked once more where something was changed", async () => {
    const { members, looks } = directors(changed, [healthy]);
    expect(await lastingFaults(members)).toBeUndefined();
    expect(looks).toEqual(["lb1", "lb2"]);
  });

  it("are asked once more where a real server was changed", async () => {
    const { members, looks } = directors(healthy, [healthy]);
    const web1 = { host: runningHost("web1", { found: otherPlan }), directors: [] };
    expect(await lastingFaults(members.map(({ host }) => ({ host, realServers: [web1] })))).toBeUndefined();
    expect(looks).toEqual(["lb1", "lb2"]);
  });

  it("may take some seconds to become one cluster", async () => {
    const { members, looks } = directors(changed, [split, split, healthy]);
    expect(await lastingFaults(members)).toBeUndefined();
    expect(looks).toHaveLength(6);
  });

  it.each([
    ["though nothing was to change", split],
    ["when all are changed", changed],
  ])("are no cluster where they stay several, %s", async (_, found) => {
    const { members, looks } = directors(found, [split]);
    expect(await lastingFaults(members)).toContain(message);
    expect(looks.length).toBeGreaterThan(12);
  });

  it("are no cluster where one cannot be asked any more", async () => {
    const gone = { ...healthy, lb2: new ReadingError("192.0.2.12:22 is not reachable over SSH") };
    expect(await lastingFaults(directors(changed, [gone]).members)).toContain(
      "lb2 cannot be asked: 192.0.2.12:22 is not reachable over SSH",
    );
  });

  it("are not judged where asking is a mistake of the program's", async () => {
    const broken = { ...healthy, lb2: new TypeError("undefined is not a function") };
    await expect(lastingFaults(directors(changed, [broken]).members)).rejects.toThrow(TypeError);
  });
});

describe("directors as they were found", () => {
  it("are judged without being asked again", async () => {
    const { members, looks } = directors(split);
    expect(await faultsFound(members)).toContain(message);
    expect(looks).toEqual([]);
  });

  it.each([
    ["they are one cluster", healthy],
    ["one could not be read", { ...healthy, lb2: new Error("not reachable") }],
  ])("have no faults where %s", async (_, found) => {
    expect(await faultsFound(directors(found).members)).toBeUndefined();
  });
});
