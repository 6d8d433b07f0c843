import { describe, expect, it } from "vitest";
import { inspectNode } from "../../setup/node.ts";

describe("Node.js", () => {
  it("that runs this is present", async () => {
    expect(await inspectNode()).toEqual({ what: "Node.js", present: true, detail: process.version });
  });

  it.each(["20.19.0", "20.100.1", "22.0.0", "100.0.0"])("%s is new enough", async (version) => {
    expect(await inspectNode(version)).toMatchObject({ present: true, detail: `v${version}` });
  });

  it.each(["20.18.3", "20.9.0", "18.20.8", "9.99.0"])("%s is too old", async (version) => {
    expect(await inspectNode(version)).toMatchObject({
      present: false,
      detail: `v${version} is too old; install Node.js 20.19 or newer`,
    });
  });
});
