/** The stand-in for the docker plugin, through the real engine and a real daemon. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import * as docker from "@pulumi/docker";
import type { PulumiFn, Stack } from "@pulumi/pulumi/automation/index.js";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  containersRunning,
  daemon,
  inspectHost,
  readFromHost,
  removeLeftovers,
  unreachableReason,
} from "./daemonState.ts";
import { openPluginEngine, type PluginEngine } from "./pluginEngine.ts";
import {
  labels,
  names,
  secretContent,
  subnet,
  tinyHost,
  tinyImage,
  tinyLab,
  tinyNetwork,
  writeTinyContext,
} from "./tinyLab.ts";

const unreachable = await unreachableReason();

describe.skipIf(unreachable)(
  `docker plugin${unreachable ? ` (skipped: ${unreachable})` : ""}`,
  { timeout: 60_000 },
  () => {
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
        expect(Config.Labels).toEqual({ "pulumi-lvs.stack": "contract" });
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
        expect(NetworkSettings.Networks[names.network]?.IPAddress).toBe("198.18.240.10");
      });

      it("makes the network with its subnet, gateway and labels", async () => {
        const network = await daemon.getNetwork(names.network).inspect();
        expect(network.IPAM?.Config).toEqual([{ Subnet: subnet, Gateway: "198.18.240.1" }]);
        expect(network.Labels).toEqual({ "pulumi-lvs.stack": "contract" });
      });

      it("uploads files with their permissions before the start", async () => {
        expect(await readFromHost("/etc/ssh/key")).toEqual({ mode: 0o600, uid: 0, content: secretContent });
        expect(await readFromHost("/etc/tool")).toEqual({ mode: 0o744, uid: 0, content: "#!/bin/sh\n" });
      });

      it("keeps an uploaded secret out of the state's clear text", async () => {
        const state = await readFile(
          join(engine.directory, "backend/.pulumi/stacks/contract/lab.json"),
          "utf8",
        );
        expect(state).toContain("/etc/ssh/key");
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
        expect(order).toEqual([
          "delete-replaced container",
          "replace container",
          "create-replacement container",
        ]);
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
        networkSubnet = "198.18.240.0/25";
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
        const filters = { label: ["pulumi-lvs.stack=contract"] };
        expect(await daemon.listContainers({ all: true, filters })).toEqual([]);
        expect(await daemon.listNetworks({ filters })).toEqual([]);
      });
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
          Name: "dptry-taken",
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
        const stack = await failing(async () => tinyLab(context, { labels, name: "dptry-taken" }));
        const image = await daemon.buildImage(
          { context, src: ["Dockerfile", "wait", "marker"] },
          { t: names.image },
        );
        await text(image);
        const taken = await daemon.createContainer({ name: "dptry-taken", Image: names.image });
        cleanUp.push(() => taken.remove());
        await expect(stack.up()).rejects.toThrow(
          'Unable to create container: Error response from daemon: Conflict. The container name "/dptry-taken" is already in use',
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
  },
);

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
