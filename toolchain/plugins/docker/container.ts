/** docker:index/container:Container — created, connected, given its files, then started; most changes replace it. */
import type { Container } from "dockerode";
import type { Properties } from "../properties.ts";
import type { ResourceHandler } from "../serve.ts";
import { archive } from "./archive.ts";
import {
  type ContainerInputs,
  containerInputs,
  createBody,
  resources,
  uploadedFiles,
} from "./containerInputs.ts";
import { outputsOf } from "./containerOutputs.ts";
import { daemon, refusal, request, requestUnless } from "./daemon.ts";
import { withDefaults, withoutDefaults } from "./defaults.ts";
import { changedProperties, checkInputs } from "./inputs.ts";

const defaults = {
  containerReadRefreshTimeoutMilliseconds: 15_000,
  mustRun: true,
  networkMode: "bridge",
  removeVolumes: true,
  restart: "no",
  start: true,
  waitTimeout: 60,
};

const updatedInPlace = ["memory", "memorySwap", "restart", "mustRun"];

/** Handler of docker:index/container:Container. */
export const container: ResourceHandler = {
  async check({ inputs }) {
    const kept = withDefaults(inputs, defaults, ["tmpfs"]);
    return { inputs: kept, failures: checkInputs(containerInputs, inputs) };
  },

  diff({ oldInputs, oldOutputs, inputs }) {
    const changed = changedProperties(asGiven(oldInputs), asGiven(inputs), ["command"]);
    // A refresh found it stopped: as the official plugin, start it again.
    if (oldOutputs.mustRun === false) changed.push("mustRun");
    const replaced = changed.filter((property) => !updatedInPlace.includes(property));
    return { changed, replaced, deleteBeforeReplace: true };
  },

  async create({ inputs }) {
    const parsed = containerInputs.parse(asGiven(inputs));
    const created = await createContainer(parsed);
    try {
      await connectNetworks(created, parsed);
      await upload(created, parsed);
      await request("Unable to start container", created.start());
    } catch (error) {
      // Half-made it would hold its name against the next attempt.
      await created.remove({ force: true, v: true }).catch(() => {});
      throw error;
    }
    const given = asGiven(inputs);
    return { id: created.id, outputs: (await containerOutputs(created.id, given)) ?? given };
  },

  async read({ id, oldOutputs }) {
    return containerOutputs(id, oldOutputs);
  },

  async update({ id, oldOutputs, inputs }) {
    const existing = daemon().getContainer(id);
    const given = asGiven(inputs);
    await request("Unable to update a container", existing.update(resources(containerInputs.parse(given))));
    if (oldOutputs.mustRun === false) await requestUnless(304, "Unable to start container", existing.start());
    return (await containerOutputs(id, given)) ?? given;
  },

  async delete({ id }) {
    await requestUnless(
      404,
      `Error deleting container ${id}`,
      daemon().getContainer(id).remove({ force: true, v: true }),
    );
  },
};

function asGiven(kept: Properties): Properties {
  return withoutDefaults(kept, defaults);
}

async function createContainer(inputs: ContainerInputs): Promise<Container> {
  try {
    return await daemon().createContainer(createBody(inputs));
  } catch (error) {
    const isImageMissing = refusal(error)?.statusCode === 404;
    if (!isImageMissing) return request("Unable to create container", Promise.reject(error));
    const remedy = "if this stack built it, a refresh finds it gone and the next update builds it again";
    return request(`Unable to create container with image ${inputs.image}`, Promise.reject(error), remedy);
  }
}

/** Connects the networks asked for instead of the default bridge, as the official plugin does. */
async function connectNetworks(
  created: Container,
  { networksAdvanced = [] }: ContainerInputs,
): Promise<void> {
  if (networksAdvanced.length === 0) return;
  const bridge = daemon().getNetwork("bridge");
  await request("Unable to disconnect the default network", bridge.disconnect({ Container: created.id }));
  for (const { name, ipv4Address } of networksAdvanced) {
    const endpoint = { IPAMConfig: { ...(ipv4Address && { IPv4Address: ipv4Address }) } };
    const connecting = daemon().getNetwork(name).connect({ Container: created.id, EndpointConfig: endpoint });
    await request(`Unable to connect to network '${name}'`, connecting);
  }
}

async function upload(created: Container, inputs: ContainerInputs): Promise<void> {
  const files = uploadedFiles(inputs);
  if (files.length === 0) return;
  await request("Unable to upload volume content", created.putArchive(await archive(files), { path: "/" }));
}

/** The outputs as the daemon has them now; undefined when the container is gone. */
async function containerOutputs(id: string, given: Properties): Promise<Properties | undefined> {
  const found = await requestUnless(404, "Unable to read container", daemon().getContainer(id).inspect());
  return found && outputsOf(found, { ...defaults, ...given });
}
