/** The life of what the stand-in for the docker plugin makes, through the real engine and a real daemon. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type * as docker from "@pulumi/docker";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { daemon, inspectHost, readFromHost, removeLeftovers } from "./daemonState.ts";
import { openPluginEngine, type PluginEngine } from "./pluginEngine.ts";
import { label, labels, link, names, secretContent, subnet, tinyLab, writeTinyContext } from "./tinyLab.ts";

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

describe("on a network, an image and a container", () => {
  let stack: Stack;
  let host: Partial<docker.ContainerArgs>;
  let networkSubnet = subnet;
  const program = async () => tinyLab(context, host, networkSubnet);

  beforeAll(async () => {
    host = { labels, envs: ["LAB=first"] };
    stack = await engine.stack("lab", program);
    await stack.up();
  }, 60_000);

  afterAll(async () => {
    await stack.destroy();
  }, 60_000);

  it("starts the container with the fixed address, rights and limits that were asked for", async () => {
    const { State, Config, HostConfig, NetworkSettings } = await inspectHost();
    expect(State.Running).toBe(true);
    expect(Config).toMatchObject({
      Hostname: "host",
      Env: expect.arrayContaining(["LAB=first"]),
      StopTimeout: 30,
    });
    expect(Config.Labels).toEqual({ [label.label]: label.value });
    expect(HostConfig).toMatchObject({
      CapAdd: ["CAP_NET_ADMIN"],
      SecurityOpt: ["apparmor=unconfined"],
      MaskedPaths: [],
      ReadonlyPaths: [],
      Tmpfs: { "/run": "" },
      Binds: ["/sys/fs/cgroup:/sys/fs/cgroup:ro"],
      CgroupnsMode: "host",
      Memory: 64 * 1024 * 1024,
      MemorySwap: 64 * 1024 * 1024,
      RestartPolicy: { Name: "unless-stopped" },
    });
    expect(Object.keys(NetworkSettings.Networks)).toEqual([names.network]);
    expect(NetworkSettings.Networks[names.network]?.IPAddress).toBe(`${link}.10`);
  });

  it("makes the network with its subnet, gateway and labels", async () => {
    const network = await daemon.getNetwork(names.network).inspect();
    expect(network.IPAM?.Config).toEqual([{ Subnet: subnet, Gateway: `${link}.1` }]);
    expect(network.Labels).toEqual({ [label.label]: label.value });
  });

  it("uploads files with their permissions before the start", async () => {
    expect(await readFromHost("/etc/ssh/key")).toEqual({ mode: 0o600, uid: 0, content: secretContent });
    expect(await readFromHost("/etc/tool")).toEqual({ mode: 0o744, uid: 0, content: "#!/bin/sh\n" });
  });

  it("keeps an uploaded secret out of the state's clear text", async () => {
    const state = await readFile(join(engine.directory, "backend/.pulumi/stacks/contract/lab.json"), "utf8");
    expect(state).toContain('"uploads":{');
    expect(state).not.toContain(secretContent);
  });

  it("gives the local image id as repoDigest and runs the container from it", async () => {
    const { Id } = await daemon.getImage(names.image).inspect();
    expect((await stack.outputs()).repoDigest?.value).toBe(Id);
    expect((await inspectHost()).Image).toBe(Id);
  });

  it("changes nothing on a second up", async () => {
    expect(await changes(stack)).toEqual({ same: 4 });
  });

  it("changes nothing when only the order of labels differs", async () => {
    host = { ...host, labels: [...labels, { label: "a", value: "b" }] };
    await stack.up();
    host = { ...host, labels: [{ label: "a", value: "b" }, ...labels] };
    expect((await stack.preview()).changeSummary).toEqual({ same: 4 });
  });

  it("finds no drift on a refresh of what it made", async () => {
    expect((await stack.refresh()).summary.resourceChanges).toEqual({ same: 4 });
  });

  it("replaces the container, the old one removed first, when an environment variable changes", async () => {
    host = { ...host, envs: ["LAB=second"] };
    const order = await operations(stack);
    expect(order).toEqual(["delete-replaced container", "replace container", "create-replacement container"]);
    expect((await inspectHost()).Config.Env).toContain("LAB=second");
  });

  it("changes memory and restart policy without a new container", async () => {
    const before = await inspectHost();
    host = { ...host, memory: 96, memorySwap: 96, restart: "always" };
    expect(await changes(stack)).toEqual({ same: 3, update: 1 });
    const after = await inspectHost();
    expect(after.Id).toBe(before.Id);
    expect(after.HostConfig).toMatchObject({
      Memory: 96 * 1024 * 1024,
      RestartPolicy: { Name: "always" },
    });
  });

  it("rebuilds the image and replaces the container when a file of the build context changes", async () => {
    const { Image } = await inspectHost();
    await writeFile(join(context, "marker"), "second");
    expect((await stack.preview()).changeSummary).toEqual({ same: 2, update: 1, replace: 1 });
    expect(await changes(stack)).toEqual({ same: 2, update: 1, replace: 1 });
    expect((await inspectHost()).Image).not.toBe(Image);
  });

  it("removes the container before the network it is on when the subnet changes", async () => {
    networkSubnet = `${link}.0/25`;
    expect(await operations(stack)).toEqual([
      "delete-replaced container",
      "delete-replaced network",
      "replace network",
      "create-replacement network",
      "replace container",
      "create-replacement container",
    ]);
  });

  it("starts a container again that a refresh found stopped", async () => {
    await daemon.getContainer(names.container).stop({ t: 0 });
    await stack.refresh();
    expect(await changes(stack)).toEqual({ same: 3, update: 1 });
    expect((await inspectHost()).State.Running).toBe(true);
  });

  it("makes a container again that was removed behind its back, after a refresh", async () => {
    await daemon.getContainer(names.container).remove({ force: true });
    expect((await stack.refresh()).summary.resourceChanges).toEqual({ same: 3, delete: 1 });
    expect(await changes(stack)).toEqual({ same: 3, create: 1 });
    expect((await inspectHost()).State.Running).toBe(true);
  });

  it("leaves neither container nor network after destroy, even if the container was gone before", async () => {
    await daemon.getContainer(names.container).remove({ force: true });
    await stack.destroy();
    const filters = { label: [`${label.label}=${label.value}`] };
    expect(await daemon.listContainers({ all: true, filters })).toEqual([]);
    expect(await daemon.listNetworks({ filters })).toEqual([]);
  });
});

async function changes(stack: Stack) {
  return (await stack.up()).summary.resourceChanges;
}

/** What `up` does to docker resources, in order, as `operation resource`. */
async function operations(stack: Stack): Promise<string[]> {
  const steps: string[] = [];
  await stack.up({
    onEvent: ({ resourcePreEvent }) => {
      const { op, type } = resourcePreEvent?.metadata ?? {};
      if (op && op !== "same" && type?.startsWith("docker:"))
        steps.push(`${op} ${type.split(":")[2]?.toLowerCase()}`);
    },
  });
  return steps;
}
