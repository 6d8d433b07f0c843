import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, it, vi } from "vitest";
import { parseReading } from "../../reading/hostReading.ts";
import { readHost } from "../../reading/readHost.ts";
import { digestIn } from "../../render/script.ts";
import { SshUnreachableError } from "../../ssh/target.ts";
import { type Changes, makeCluster } from "./cluster.ts";
import { failuresOf, outcomeOf, record } from "./recording.ts";

const kernel = [
  "held\tof the last run\tg.0",
  "table\ttcp 192.0.2.100:80 scheduler wrr",
  "table\ttcp 192.0.2.100:80 to 192.0.2.21:80 dr weight 1 active 5 inactive 4",
  "table\ttcp 192.0.2.100:80 to 192.0.2.22:80 nat weight 1 active 3 inactive 0",
].join("\n");

const asPlanned = vi.mocked(readHost).getMockImplementation() as typeof readHost;
afterEach(() => {
  vi.mocked(readHost).mockImplementation(asPlanned);
  vi.restoreAllMocks();
});

function findDirector(text: string): void {
  vi.mocked(readHost).mockImplementation(async (target, script) =>
    target.host === "192.0.2.11" ? parseReading(text, digestIn(script)) : asPlanned(target, script),
  );
}

async function shownAtPreview(changes: Changes): Promise<string[]> {
  const info = vi.spyOn(pulumi.log, "info").mockResolvedValue();
  await record(() => makeCluster(changes), { preview: true });
  return info.mock.calls.map(([message]) => message);
}

describe("a change to a director", () => {
  it("is shown at preview as lines of the kernel's table, with what becomes of connections", async () => {
    findDirector(kernel.replace("nat", "dr"));
    expect(await shownAtPreview({ share1: { weight: 3 } })).toEqual([
      "lb1: the kernel's table and its connections:\n" +
        "  tcp 192.0.2.100:80  192.0.2.21:80  weight 1 → 3  connections: 5 untouched",
    ]);
  });

  it("is refused where it must end connections", async () => {
    findDirector(kernel);
    const [message] = await failuresOf(() => makeCluster());
    expect(message).toContain("lb1: this change ends connections:");
    expect(message).toContain("192.0.2.22:80  forwarding nat → dr  connections: 3 break");
    expect(message).toContain("allowBreakingConnections: true");
  });

  it("may end connections where that is allowed", async () => {
    findDirector(kernel);
    expect(await shownAtPreview({ lb1: { allowBreakingConnections: true } })).toEqual([
      expect.stringContaining("3 break"),
    ]);
  });

  it("is not spoken of where the plan is that of the last run", async () => {
    expect(await shownAtPreview({})).toEqual([]);
  });
});

describe("where a real server cannot be read", () => {
  const planned = (last: number) => `planned\ttcp 192.0.2.100:80 to 192.0.2.${last}:80 dr weight 1`;
  const left = "web2 is left as it is: 192.0.2.22:22 is not reachable over SSH: refused";

  /** web2 cannot be reached; lb1 has been told by its last run to send to these. */
  async function update(lastBytes: readonly number[], awaited?: string) {
    const text = ["held\tof the last run\tg.0", ...lastBytes.map(planned)].join("\n");
    findDirector(text);
    const found = vi.mocked(readHost).getMockImplementation() as typeof readHost;
    vi.mocked(readHost).mockImplementation(async (target, ...rest) => {
      if (target.host === "192.0.2.22") throw new SshUnreachableError(left.replace(/^.*is: /, ""));
      return found(target, ...rest);
    });
    return outcomeOf(() => makeCluster({ share1: { weight: 3 } }), awaited ? { awaited } : {});
  }

  it("the director is changed all the same, and the update fails", async () => {
    const { failures, made } = await update([21, 22], "Command lb1");
    expect(failures).toEqual([left]);
    expect(made).not.toContain("Command web2");
  });

  it("the director is left too where it would send there for the first time", async () => {
    const { failures, made } = await update([21]);
    expect(failures).toEqual([
      left,
      "lb1 is left as it is: web2, new in tcp 192.0.2.100:80, cannot be read (see there)",
    ]);
    expect(made).not.toContain("Command lb1");
  });
});
