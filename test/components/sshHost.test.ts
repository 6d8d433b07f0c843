import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { HostChange } from "../../components/hostChange.ts";
import { SshHost } from "../../components/sshHost.ts";
import { ReadingError, readHost } from "../../reading/readHost.ts";
import { SshUnreachableError } from "../../ssh/target.ts";
import { nothingRead } from "../reading/nothingRead.ts";
import { ssh } from "./cluster.ts";

const connection = { ...ssh, host: "192.0.2.11", port: 22, user: "root", dialErrorLimit: 9 };
const change: HostChange = {
  plan: { host: "lb1", address: "192.0.2.11", role: "director", items: [] },
  connection,
  reading: nothingRead,
  launcher: "launch it",
};
const linkTo = (found: HostChange) => {
  const way = pulumi.output(connection);
  return new SshHost(
    "lb1",
    {} as pulumi.Resource,
    way,
    way.apply(async () => found),
  );
};

const asPlanned = vi.mocked(readHost).getMockImplementation() as typeof readHost;
afterEach(() => {
  vi.mocked(readHost).mockImplementation(asPlanned);
});

describe("a way to a host", () => {
  it("tells how it was found, and fails where a preview does not know it", async () => {
    expect(await linkTo(change).found()).toEqual(change);
    const unknown = pulumi.unknown as unknown as HostChange;
    await expect(linkTo(unknown).found()).rejects.toThrow("lb1: how it is cannot be known yet");
  });

  it("asks how it is now by what launches its script", async () => {
    const now = { ...nothingRead, mac: "02:42:c6:12:07:0b" };
    vi.mocked(readHost).mockImplementation(async (target, script) => {
      expect([target.host, script]).toEqual(["192.0.2.11", "launch it"]);
      return now;
    });
    expect(await linkTo(change).look()).toEqual(now);
  });

  it.each([
    ["is not reached", new SshUnreachableError("192.0.2.11:22 is not reachable over SSH"), ReadingError],
    ["cannot tell", new ReadingError("the host does not tell how it is within 30 s"), ReadingError],
    ["is asked by mistake", new TypeError("undefined is not a function"), TypeError],
  ])("says in a host's own error why one %s", async (_, error, kind) => {
    vi.mocked(readHost).mockRejectedValue(error);
    const failure = linkTo(change).look();
    await expect(failure).rejects.toThrow(error.message);
    await expect(failure).rejects.toBeInstanceOf(kind);
  });
});
