/** Has a program end with an error where its directors are not one cluster (rollout/agreement.ts). */
import * as pulumi from "@pulumi/pulumi";
import { errorForPeople } from "../config/configError.ts";
import { faultsFound, hostsOf, lastingFaults } from "../rollout/agreement.ts";
import type { Member } from "../rollout/directorOrder.ts";
import { settled } from "./output.ts";

/** A director, and what must be there before the next one is changed. */
export interface Commanded extends Member {
  readonly command: () => pulumi.Resource;
}

/**
 * Ends when the directors' commands have, and fails then where the directors are not one cluster. At preview it is a
 * warning on `resource` that they were found so. Given to a component's outputs, so that the SDK waits for it.
 */
export async function agreement(
  resource: pulumi.Resource,
  directors: Promise<readonly Commanded[]>,
): Promise<undefined> {
  const members = await directors;
  if (pulumi.runtime.isDryRun()) {
    const faults = await faultsFound(members);
    if (faults) await pulumi.log.warn(faults, resource);
    return;
  }
  // One that is not to be changed as planned never has a command to wait for.
  const { directors: hosts, realServers } = hostsOf(members);
  await Promise.all([...hosts, ...realServers].map((host) => host.found()));
  await Promise.all(members.map(({ command }) => settled(command().urn)));
  const faults = await lastingFaults(members);
  if (faults) throw errorForPeople(faults);
}
