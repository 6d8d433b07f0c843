/** Whether directors are one cluster once each is as planned, which none of them can tell by itself. */
import * as pulumi from "@pulumi/pulumi";
import { errorForPeople } from "../config/configError.ts";
import { type Asked, type ClusterFault, clusterFaults, showFaults } from "../reading/clusterFaults.ts";
import { ReadingError, readHost } from "../reading/readHost.ts";
import { targetOf } from "../reading/target.ts";
import { SshError } from "../ssh/target.ts";
import { isToChange } from "./hostChange.ts";
import { type HostLink, readingOf, settled } from "./hostLink.ts";
import type { Member } from "./succession.ts";

/** After a change VIPs and health checks may be in motion for some seconds. */
const longestMilliseconds = 15_000;

/**
 * Ends when the directors' commands have, and fails then where the directors are not one cluster. At preview it is a
 * warning on `resource` that they were found so. Given to a component's outputs, so that the SDK waits for it.
 */
export async function agreement(
  resource: pulumi.Resource,
  directors: Promise<readonly Member[]>,
): Promise<undefined> {
  const members = await directors;
  const links = members.map(({ link }) => link);
  const realServers = [...new Set(members.flatMap((member) => member.realServers))];
  const named = await asFound(realServers);
  const found = await asFound(links);
  if (pulumi.runtime.isDryRun()) {
    const faults = clusterFaults(found, named);
    if (faults.length > 0) await pulumi.log.warn(inWords(faults), resource);
    return;
  }
  const changes = await Promise.all([...links, ...realServers].map((link) => link.found()));
  await Promise.all(members.map(({ command }) => settled(command().urn)));
  const first = changes.some(isToChange) ? await lookAgain(links, named) : clusterFaults(found, named);
  const faults = await settledFaults(first, () => lookAgain(links, named));
  if (faults.length > 0) throw errorForPeople(inWords(faults));
}

async function asFound(links: readonly HostLink[]): Promise<Asked[]> {
  return Promise.all(links.map(async (link) => ({ name: link.name, reading: await readingOf(link) })));
}

async function settledFaults(
  first: readonly ClusterFault[],
  again: () => Promise<readonly ClusterFault[]>,
): Promise<readonly ClusterFault[]> {
  const deadline = Date.now() + longestMilliseconds;
  let faults = first;
  while (faults.length > 0 && Date.now() < deadline) faults = await again();
  return faults;
}

/** What is wrong now; a director that cannot be asked any more leaves it open. */
async function lookAgain(
  directors: readonly HostLink[],
  realServers: readonly Asked[],
): Promise<ClusterFault[]> {
  const unread: ClusterFault[] = [];
  const asked = await Promise.all(
    directors.map(async (link): Promise<Asked> => {
      const { name } = link;
      const { connection, launcher } = await link.found();
      try {
        return { name, reading: await readHost(targetOf(connection, "brief"), launcher) };
      } catch (error) {
        if (!(error instanceof SshError || error instanceof ReadingError)) throw error;
        unread.push({
          found: `${name} cannot be asked: ${error.message}`,
          remedy: "see to it, and bring it up again",
        });
        return { name, reading: undefined };
      }
    }),
  );
  return [...unread, ...clusterFaults(asked, realServers)];
}

function inWords(faults: readonly ClusterFault[]): string {
  return `the directors are not one cluster:\n${showFaults(faults).replace(/^/gm, "  ")}`;
}
