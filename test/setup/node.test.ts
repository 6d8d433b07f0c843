import { describe, expect, it } from "vitest";
import { inspectNode } from "../../setup/node.ts";

describe("Node.js", () => {
  it("that runs this is present", async () => {
    expect(await inspectNode()).toEqual({ what: "Node.js", present: true, detail: process.version });
  });

  it.each(["20.19.0", "20.100.1", "22.12.0", "22.100.0", "24.0.0", "100.0.0"])("%s does", async (version) => {
    expect(await inspectNode(version)).toMatchObject({ present: true, detail: `v${version}` });
  });

  it.each(["9.99.0", "18.20.8", "20.18.3", "21.7.3", "22.9.0", "23.11.0"])("%s does not", async (version) => {
    expect(await inspectNode(version)).toMatchObject({
      present: false,
      detail: `v${version} does not do; install Node.js ^20.19 || ^22.12 || >=24`,
    });
  });
});
