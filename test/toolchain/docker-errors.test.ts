/** What the stand-in for the docker plugin refuses, and what it says when the daemon does, through the real engine and a real daemon. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import * as docker from "@pulumi/docker";
import type { PulumiFn, Stack } from "@pulumi/pulumi/automation/index.js";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { containersRunning, daemon, removeLeftovers } from "./daemonState.ts";
import { openPluginEngine, type PluginEngine } from "./pluginEngine.ts";
import {
  labels,
  names,
  subnet,
  tinyHost,
  tinyImage,
  tinyLab,
  tinyNetwork,
  writeTinyContext,
} from "./tinyLab.ts";

let engine: PluginEngine;
let context: string;

beforeAll(async () => {
  await removeLeftovers();
  engine = await openPluginEngine();
  context = join(engine.directory, "context");
  await writeTinyContext(context, "first");
});

afterAll(async () => {
  await engine.close();
  await removeLeftovers();
});

describe("refuses before anything is made", () => {
  it.each([
    [
      "a type it does not serve",
      () => new docker.Volume("volume"),
      "resource type docker:index/volume:Volume",
    ],
    [
      "an input it does not know",
      () => new docker.Network("network", { name: names.network, ipv6: true }),
      "input ipv6 is not covered",
    ],
    [
      "provider configuration it would ignore",
      () => new docker.Provider("provider", { sshOpts: ["-v"] }),
      "provider option sshOpts is not covered",
    ],
  ])("%s", async (_case, declare, message) => {
    const stack = await engine.stack("refused", async () => void declare());
    await expect(stack.preview()).rejects.toThrow(message);
  });
});

describe("reports what the daemon says", () => {
  let cleanUp: (() => Promise<unknown>)[] = [];

  afterEach(async () => {
    for (const step of cleanUp.reverse()) await step();
    cleanUp = [];
  });

  async function failing(program: PulumiFn): Promise<Stack> {
    const stack = await engine.stack("failing", program);
    cleanUp.push(() => stack.destroy());
    return stack;
  }

  it("when the subnet is taken", async () => {
    const taken = await daemon.createNetwork({
      Name: names.taken,
      IPAM: { Driver: "default", Config: [{ Subnet: subnet }] },
    });
    cleanUp.push(() => taken.remove());
    const stack = await failing(async () => void tinyNetwork());
    await expect(stack.up()).rejects.toThrow(
      "Unable to create network: Error response from daemon: Pool overlaps with other one on this address space " +
        `(network ${names.network}, subnet ${subnet})`,
    );
  });

  it("when the container's name is taken", async () => {
    const stack = await failing(async () => tinyLab(context, { labels, name: names.taken }));
    const image = await daemon.buildImage(
      { context, src: ["Dockerfile", "wait", "marker"] },
      { t: names.image },
    );
    await text(image);
    const taken = await daemon.createContainer({ name: names.taken, Image: names.image });
    cleanUp.push(() => taken.remove());
    await expect(stack.up()).rejects.toThrow(
      `Unable to create container: Error response from daemon: Conflict. The container name "/${names.taken}" is already in use`,
    );
  });

  it("when the image is not there", async () => {
    const absent = `sha256:${"0".repeat(64)}`;
    const stack = await failing(async () => void tinyHost(absent, tinyNetwork(), { labels }));
    await expect(stack.up()).rejects.toThrow(
      `Unable to create container with image ${absent}: Error response from daemon`,
    );
  });

  it("when the container cannot start, and removes it again", async () => {
    const stack = await failing(async () => tinyLab(context, { labels, command: ["/absent"] }));
    await expect(stack.up()).rejects.toThrow("Unable to start container: Error response from daemon");
    expect(await daemon.listContainers({ all: true, filters: { name: [names.container] } })).toEqual([]);
  });

  it("when a build step fails, with the build's last lines, and leaves no container of the build behind", async () => {
    const broken = join(engine.directory, "broken");
    await writeTinyContext(broken, "broken");
    await writeFile(join(broken, "Dockerfile"), 'FROM scratch AS tiny\nCOPY marker /\nRUN ["/absent"]\n');
    const stack = await failing(async () => void tinyImage(broken));
    const failed = stack.up();
    await expect(failed).rejects.toThrow(new RegExp(`error building image ${names.image}: .*"/absent"`));
    await expect(failed).rejects.toThrow('Step 3/3 : RUN ["/absent"]');
    expect(await containersRunning("/absent")).toEqual([]);
  });

  it("when the user cancels a build, and leaves no container of the build behind", async () => {
    const hanging = join(engine.directory, "hanging");
    await writeTinyContext(hanging, "hanging");
    await writeFile(join(hanging, "Dockerfile"), 'FROM scratch AS tiny\nCOPY wait /\nRUN ["/wait"]\n');
    const stack = await failing(async () => void tinyImage(hanging));
    const cancel = new AbortController();
    const onOutput = (output: string) => output.includes("Running in") && cancel.abort();
    await expect(stack.up({ signal: cancel.signal, onOutput })).rejects.toThrow(
      `error building image ${names.image}: cancelled`,
    );
    await expect.poll(() => containersRunning("/wait"), { timeout: 20_000 }).toEqual([]);
  });

  it("only when something is to be made: a preview needs no daemon", async () => {
    const provider = { host: "unix:///nowhere/docker.sock" };
    const stack = await failing(
      async () => void tinyNetwork({ provider: new docker.Provider("provider", provider) }),
    );
    expect((await stack.preview()).changeSummary).toEqual({ create: 3 });
    await expect(stack.up()).rejects.toThrow(
      "Unable to create network: Error pinging Docker server: connect ENOENT /nowhere/docker.sock. Start the Docker daemon",
    );
  });
});
