/** docker:index/network:Network — a bridge network; every change makes a new one. */
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { Properties } from "../properties.ts";
import type { ResourceHandler } from "../serve.ts";
import { daemon, refusal, request, requestUnless } from "./daemon.ts";
import { withDefaults, withoutDefaults } from "./defaults.ts";
import { changedProperties, checkInputs } from "./inputs.ts";
import { labelsInput, labelsMap } from "./labels.ts";

const networkInputs = z.strictObject({
  name: z.string({ error: "give an explicit name" }).min(1),
  ipamConfigs: z.array(z.strictObject({ subnet: z.string(), gateway: z.string().optional() })).optional(),
  labels: labelsInput.optional(),
  options: z.record(z.string(), z.string()).optional(),
});

const defaults = { ipamDriver: "default" };

const detachSeconds = 30;

/** Handler of docker:index/network:Network. */
export const network: ResourceHandler = {
  async check({ inputs }) {
    const kept = withDefaults(inputs, defaults, ["options"]);
    return { inputs: kept, failures: checkInputs(networkInputs, inputs) };
  },

  diff({ oldInputs, inputs }) {
    const changed = changedProperties(asGiven(oldInputs), asGiven(inputs));
    return { changed, replaced: changed, deleteBeforeReplace: true };
  },

  async create({ inputs }) {
    const { name, ipamConfigs, labels, options } = networkInputs.parse(asGiven(inputs));
    const subnets = ipamConfigs?.map(({ subnet }) => subnet).join(", ") ?? "of the daemon's choice";
    const pending = daemon().createNetwork({
      Name: name,
      CheckDuplicate: true,
      Labels: labelsMap(labels),
      Options: options ?? {},
      IPAM: {
        Driver: defaults.ipamDriver,
        Config:
          ipamConfigs?.map(({ subnet, gateway }) => ({
            Subnet: subnet,
            ...(gateway && { Gateway: gateway }),
          })) ?? [],
      },
    });
    const { id } = await request("Unable to create network", pending, `network ${name}, subnet ${subnets}`);
    return { id, outputs: (await networkOutputs(id, asGiven(inputs))) ?? asGiven(inputs) };
  },

  async read({ id, oldOutputs }) {
    return networkOutputs(id, oldOutputs);
  },

  async update() {
    throw new Error("a network is never updated in place");
  },

  async delete({ id }) {
    const giveUpAt = Date.now() + detachSeconds * 1000;
    // Containers removed a moment ago may still be attached (the official plugin waits for them too).
    while (!(await removed(id, Date.now() >= giveUpAt))) await delay(200);
  },
};

function asGiven(kept: Properties): Properties {
  return withoutDefaults(kept, defaults);
}

/** The outputs as the daemon has them now; undefined when the network is gone. */
async function networkOutputs(id: string, given: Properties): Promise<Properties | undefined> {
  const found = await requestUnless(404, "Unable to read network", daemon().getNetwork(id).inspect());
  if (!found) return undefined;
  const {
    Attachable: attachable,
    Driver: driver,
    EnableIPv6: ipv6,
    Ingress: ingress,
    Internal: internal,
  } = found;
  const ipamConfigs = (given.ipamConfigs as Properties[] | undefined)?.map((config) => ({
    ipRange: "",
    ...config,
  }));
  const asked = { ...given, ...defaults, ...(ipamConfigs && { ipamConfigs }) };
  return {
    ...asked,
    id,
    attachable,
    driver,
    ingress,
    internal,
    ipv6,
    options: found.Options ?? {},
    scope: found.Scope,
  };
}

async function removed(id: string, isLastTry: boolean): Promise<boolean> {
  try {
    await daemon().getNetwork(id).remove();
    return true;
  } catch (error) {
    const refused = refusal(error);
    if (refused?.statusCode === 404) return true;
    if (!isLastTry && refused?.message.includes("has active endpoints")) return false;
    return request("Unable to remove network", Promise.reject(error));
  }
}
