import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, it, vi } from "vitest";
import { parseReading } from "../../reading/hostReading.ts";
import { readHost } from "../../reading/readHost.ts";
import { digestIn } from "../../render/script.ts";
import { type Changes, makeCluster } from "./cluster.ts";
import { failuresOf, record } from "./recording.ts";

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
