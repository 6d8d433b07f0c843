/** When directors are asked as one, with links that only say how they were found, and a clock of the test's. */
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { agreement } from "../../components/agreement.ts";
import type { HostLink } from "../../components/hostLink.ts";
import type { HostReading } from "../../reading/hostReading.ts";
import { readHost } from "../../reading/readHost.ts";
import type { HostPlan } from "../../render/hostPlan.ts";
import { digestOf } from "../../render/script.ts";
import { SshUnreachableError } from "../../ssh/target.ts";
import { nothingRead } from "../reading/nothingRead.ts";
import { ssh } from "./cluster.ts";
import { record } from "./recording.ts";

const plan: HostPlan = { host: "lb", address: "192.0.2.11", role: "director", items: [] };
const held = { digest: digestOf(plan), generation: "g.0" };
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
  Object.entries(healthy).map(([name, reading]) => [
    name,
    { ...reading, held: { ...held, digest: "another" } },
  ]),
);
const message =
  "the directors are not one cluster:\n  VIP 192.0.2.100: held by lb1 (MASTER) and lb2 (MASTER); ARP is answered by lb1 and lb2\n    directors that do not hear";

const asPlanned = vi.mocked(readHost).getMockImplementation() as typeof readHost;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.mocked(readHost).mockImplementation(asPlanned);
});

/** What becomes of directors that were found like this, and are like each of `later` at one look after the other. */
async function judged(found: Found, later: readonly Found[] = [], preview = false) {
  const looks = [...later];
  const whole = (name: string, reading: Partial<HostReading>) => ({
    ...nothingRead,
    held,
    mac: macs[name],
    ...reading,
  });
  let asked = 0;
  vi.mocked(readHost).mockImplementation(async ({ host }) => {
    const look = looks[Math.floor(asked++ / 2)] ?? looks.at(-1) ?? {};
    vi.setSystemTime(Date.now() + 1000);
    const reading = look[host] ?? {};
    if (reading instanceof Error) throw reading;
    return whole(host, reading) as HostReading;
  });
  const members = Object.entries(found).map(([name, reading]) => {
    const link = {
      name,
      found: async () => {
        if (reading instanceof Error) throw reading;
        return { plan, reading: whole(name, reading), connection: { ...ssh, host: name }, launcher: "" };
      },
    };
    const command = () => ({ urn: pulumi.output(name) }) as pulumi.Resource;
    return { link: link as unknown as HostLink, command, realServers: [] };
  });
  const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
  let failure = "";
  await record(
    async () => {
      const resource = {} as pulumi.Resource;
      await agreement(resource, Promise.resolve(members)).catch((error: Error) => (failure = error.message));
    },
    { preview },
  );
  return { asked, failure, warnings: warn.mock.calls.map(([text]) => text) };
}

describe("directors in an update", () => {
  it("are not asked again where nothing was to change and they are one cluster", async () => {
    expect(await judged(healthy)).toEqual({ asked: 0, failure: "", warnings: [] });
  });

  it("are asked once more where something was changed", async () => {
    expect(await judged(changed, [healthy])).toMatchObject({ asked: 2, failure: "" });
  });

  it("may take some seconds to become one cluster", async () => {
    expect(await judged(changed, [split, split, healthy])).toMatchObject({ asked: 6, failure: "" });
  });

  it.each([
    ["though nothing was to change", split],
    ["when all are changed", changed],
  ])("fail it where they stay several, %s", async (_, found) => {
    const { asked, failure } = await judged(found, [split]);
    expect(failure).toContain(message);
    expect(asked).toBeGreaterThan(12);
  });

  it("fail it where one cannot be asked any more", async () => {
    const gone = { ...healthy, lb2: new SshUnreachableError("192.0.2.12:22 is not reachable over SSH") };
    const { failure } = await judged(changed, [gone]);
    expect(failure).toContain("lb2 cannot be asked: 192.0.2.12:22 is not reachable over SSH");
  });

  it("fail it with why one is not changed as planned", async () => {
    expect((await judged({ ...healthy, lb2: new Error("lb2: refused") })).failure).toBe("lb2: refused");
  });
});

describe("directors at preview", () => {
  it("are a warning where they were found not to be one cluster", async () => {
    const { asked, failure, warnings } = await judged(split, [], true);
    expect({ asked, failure, warnings }).toEqual({
      asked: 0,
      failure: "",
      warnings: [expect.stringContaining(message)],
    });
  });

  it.each([
    ["they are one cluster", healthy],
    ["one could not be read", { ...healthy, lb2: new Error("not reachable") }],
  ])("are no warning where %s", async (_, found) => {
    expect(await judged(found, [], true)).toEqual({ asked: 0, failure: "", warnings: [] });
  });
});
