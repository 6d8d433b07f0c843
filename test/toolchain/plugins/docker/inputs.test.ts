import { describe, expect, it } from "vitest";
import { container } from "../../../../toolchain/plugins/docker/container.ts";
import { image } from "../../../../toolchain/plugins/docker/image.ts";
import { changedProperties } from "../../../../toolchain/plugins/docker/inputs.ts";
import { network } from "../../../../toolchain/plugins/docker/network.ts";
import { type Properties, UNKNOWN } from "../../../../toolchain/plugins/properties.ts";
import type { Call, ResourceHandler } from "../../../../toolchain/plugins/serve.ts";

const call: Call = {
  urn: "urn:pulumi:s::p::t::n",
  signal: new AbortController().signal,
  hasSecrets: false,
  progress: () => {},
  warn: () => {},
};

async function failures(handler: ResourceHandler, inputs: Properties): Promise<string[]> {
  const result = await handler.check({ ...call, inputs });
  return result.failures.map(({ property, reason }) => `${property} | ${reason}`);
}

describe("check", () => {
  const build = { context: "absent", dockerfile: "absent/Dockerfile", builderVersion: "BuilderV1" };

  it.each([
    [
      "an input it does not cover",
      network,
      { name: "n", ipv6: true },
      "ipv6 | input ipv6 is not covered by the built-in stand-in for the docker plugin",
    ],
    [
      "a nested input it does not cover",
      container,
      { name: "n", image: "i", uploads: [{ file: "/f", content: "c", source: "s" }] },
      "uploads[0].source | input uploads[0].source is not covered by the built-in stand-in for the docker plugin",
    ],
    ["a missing name", network, {}, "name | input name: give an explicit name"],
    [
      "a relative upload path",
      container,
      { name: "n", image: "i", uploads: [{ file: "f", content: "c" }] },
      'uploads[0].file | input uploads[0].file: Invalid string: must start with "/"',
    ],
    [
      "permissions that are not octal",
      container,
      { name: "n", image: "i", uploads: [{ file: "/f", content: "c", permissions: "rw" }] },
      "uploads[0].permissions | input uploads[0].permissions: expected octal permissions such as 0600",
    ],
    [
      "a builder it does not drive",
      image,
      { imageName: "i", skipPush: true, build: { ...build, context: UNKNOWN, builderVersion: undefined } },
      "build.builderVersion | input build.builderVersion: only BuilderV1 is covered",
    ],
    [
      "a push",
      image,
      { imageName: "i", build: { ...build, context: UNKNOWN } },
      "skipPush | input skipPush: only true is covered: the built-in stand-in never pushes",
    ],
  ])("refuses %s", async (_case, handler, inputs, expected) => {
    expect(await failures(handler, inputs)).toEqual([expected]);
  });

  it("names a Dockerfile that is not there", async () => {
    const [failure] = await failures(image, { imageName: "i", skipPush: true, build });
    expect(failure).toContain(
      'build.dockerfile | could not open dockerfile at relative path "absent/Dockerfile"',
    );
  });

  it("accepts values that are unknown at preview, whatever their type", async () => {
    expect(await failures(network, { name: "n", ipamConfigs: UNKNOWN, labels: [UNKNOWN] })).toEqual([]);
    expect(await failures(container, { name: "n", image: UNKNOWN, memory: UNKNOWN })).toEqual([]);
  });
});

describe("changedProperties", () => {
  it("ignores the order of lists unless the order has a meaning", () => {
    const old = { labels: [{ label: "a", value: "1" }, { label: "b" }], command: ["a", "b"] };
    const now = { labels: [{ label: "b" }, { value: "1", label: "a" }], command: ["b", "a"] };
    expect(changedProperties(old, now, ["command"])).toEqual(["command"]);
  });

  it("names added, removed, changed and unknown properties", () => {
    const old = { kept: 1, removed: 1, changed: { a: [1] }, unknown: "x" };
    const now = { kept: 1, added: 1, changed: { a: [2] }, unknown: UNKNOWN };
    expect(changedProperties(old, now).sort()).toEqual(["added", "changed", "removed", "unknown"]);
  });
});

describe("a state that was written before defaults were kept", () => {
  it.each([
    ["network", network, { name: "n", labels: [{ label: "a", value: "b" }] }],
    ["container", container, { name: "n", image: "i", tmpfs: { "/run": "" }, capabilities: { adds: ["A"] } }],
  ])("shows no change: %s", async (_, handler, given) => {
    const { inputs } = await handler.check({ ...call, inputs: given });
    expect(inputs).not.toEqual(given);
    for (const [oldInputs, now] of [
      [given, inputs],
      [inputs, given],
    ] as const) {
      const difference = handler.diff({ ...call, id: "1", oldInputs, oldOutputs: {}, inputs: now });
      expect(difference.changed).toEqual([]);
    }
  });
});

describe("diff of a container", () => {
  const old = { name: "n", image: "i", memory: 64, restart: "no", tmpfs: { "/run": "" } };
  const diff = (inputs: Properties, oldOutputs: Properties = {}) =>
    container.diff({ ...call, id: "1", oldInputs: old, oldOutputs, inputs });

  it("updates limits and restart policy in place", () => {
    expect(diff({ ...old, memory: 96, restart: "always" })).toMatchObject({
      changed: ["memory", "restart"],
      replaced: [],
    });
  });

  it("replaces for anything else, tmpfs included, the old one removed first", () => {
    expect(diff({ ...old, tmpfs: {} })).toEqual({
      changed: ["tmpfs"],
      replaced: ["tmpfs"],
      deleteBeforeReplace: true,
    });
  });

  it("starts a container that a refresh found stopped", () => {
    expect(diff(old, { mustRun: false })).toMatchObject({ changed: ["mustRun"], replaced: [] });
  });
});
