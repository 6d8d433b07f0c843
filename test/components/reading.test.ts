import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, it, vi } from "vitest";
import { entry } from "../../model/cluster.ts";
import type { HostReading } from "../../reading/hostReading.ts";
import { FormatError, ReadingError, readHost } from "../../reading/readHost.ts";
import { digestIn, renderLauncher } from "../../render/script.ts";
import { SshUnreachableError } from "../../ssh/target.ts";
import { nothingRead } from "../reading/nothingRead.ts";
import { makeCluster, plans } from "./cluster.ts";
import { byLabel, failuresOf, record, unknown } from "./recording.ts";

const arp = { item: "sysctl net.ipv4.conf.all.arp_ignore", planned: "1", found: "0" };

/** Lets web1 be found like this; every other host is as planned. */
function find(web1: Partial<HostReading> | Error) {
  const asPlanned = vi.mocked(readHost).getMockImplementation();
  vi.mocked(readHost).mockImplementation(async (target, script) => {
    if (target.host !== "192.0.2.21") return asPlanned?.(target, script) as Promise<HostReading>;
    if (web1 instanceof Error) throw web1;
    return { ...nothingRead, held: { digest: digestIn(script), generation: "g.4" }, ...web1 };
  });
  return () => vi.mocked(readHost).mockImplementation(asPlanned as typeof readHost);
}

const web1 = entry(plans, "web1");
const stdinOf = async (preview = false) =>
  byLabel(await record(() => makeCluster(), { preview }))["Command web1"]?.inputs.stdin;

let restore = () => {};
afterEach(() => {
  restore();
  vi.restoreAllMocks();
});

describe("what launches a host's script", () => {
  it("is the one of its last good run where the host is as that run left it", async () => {
    restore = find({});
    expect(await stdinOf()).toBe(renderLauncher(web1, "g.4"));
  });

  it.each([
    ["has drifted", { differences: [arp], drift: [arp] }],
    ["had drifted before its plan changed", { drift: [arp] }],
    ["has something that its plan no longer names", { differences: [{ ...arp, found: "still held" }] }],
  ])("is of the next generation where the host %s", async (_, found) => {
    restore = find(found);
    expect(await stdinOf()).toBe(renderLauncher(web1, "g.5"));
  });

  it("is unlike any before where the host is not held", async () => {
    restore = find({ held: undefined });
    const launchers = [await stdinOf(), await stdinOf()];
    expect(launchers[0]).not.toBe(launchers[1]);
    expect(String(launchers[0]).replace(/^generation=.*$/m, "generation='0'")).toBe(
      renderLauncher(web1, "0"),
    );
  });

  it.each([false, true])(
    "finds it laid there by an update, as a preview (%s) leaves hosts alone",
    async (preview) => {
      vi.mocked(readHost).mockClear();
      await stdinOf(preview);
      const options = vi.mocked(readHost).mock.calls.flatMap(([, , option]) => option ?? []);
      expect(options).toEqual(["lb1", "web1", "web2"].map(() => ({ layScript: !preview })));
    },
  );

  it("is not known at preview where the host cannot be read, which is a warning", async () => {
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    restore = find(new SshUnreachableError("192.0.2.21:22 is not reachable over SSH: refused"));
    expect(await stdinOf(true)).toBe(unknown);
    expect(warn.mock.calls.map(([message]) => message)).toEqual([
      "web1 cannot be read, so what would change there is not known: 192.0.2.21:22 is not reachable over SSH: refused",
    ]);
  });

  it.each([
    new SshUnreachableError("192.0.2.21:22 is not reachable over SSH: refused"),
    new ReadingError("the host does not tell how it is within 30 s"),
  ])("is an error in an update where the host cannot be read: $message", async (error) => {
    restore = find(error);
    expect(await failuresOf(() => makeCluster())).toEqual([`web1 is left as it is: ${error.message}`]);
  });
});

it.each([true, false])("a host of another version's is an error, at preview (%s) too", async (preview) => {
  restore = find(new FormatError("web1: a newer version of pulumi-lvs has converged this host"));
  expect(await failuresOf(() => makeCluster(), { preview })).toEqual([
    "web1: a newer version of pulumi-lvs has converged this host",
  ]);
});

describe("drift", () => {
  it("is told on its host, in an operator's words", async () => {
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    restore = find({ differences: [arp], drift: [arp] });
    await stdinOf(true);
    expect(warn.mock.calls.map(([message, resource]) => [message, resource?.constructor.name])).toEqual([
      [
        "drift (planned → found), `up` repairs it:\n  web1: arp_ignore 1 → 0 (net.ipv4.conf.all.arp_ignore)",
        "RealServer",
      ],
    ]);
  });
});
