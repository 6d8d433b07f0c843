/** Whether directors are one cluster once each is as planned, which none of them can tell by itself. */
import { type Asked, type ClusterFault, clusterFaults, showFaults } from "../reading/clusterFaults.ts";
import { ReadingError } from "../reading/readHost.ts";
import type { Member } from "./directorOrder.ts";
import { isToChange, type RunningHost, readingOf } from "./runningHost.ts";

/** After a change VIPs and health checks may be in motion for some seconds. */
const longestMilliseconds = 15_000;

/** In words, what was wrong between the directors when they were found; undefined where they were one cluster. */
export async function faultsFound(members: readonly Member[]): Promise<string | undefined> {
  const { directors, realServers } = hostsOf(members);
  return inWords(clusterFaults(await asFound(directors), await asFound(realServers)));
}

/** In words, what is wrong between the directors when all hosts have been changed, and stays so. */
export async function lastingFaults(members: readonly Member[]): Promise<string | undefined> {
  const { directors, realServers } = hostsOf(members);
  const named = await asFound(realServers);
  const hosts = await Promise.all([...directors, ...realServers].map((host) => host.found()));
  const look = () => lookAgain(directors, named);
  let faults = hosts.some(isToChange) ? await look() : clusterFaults(await asFound(directors), named);
  const deadline = Date.now() + longestMilliseconds;
  while (faults.length > 0 && Date.now() < deadline) faults = await look();
  return inWords(faults);
}

/** The directors, and the real servers that any of them may send connections to. */
export function hostsOf(members: readonly Member[]) {
  const realServers = members.flatMap((member) => member.realServers.map(({ host }) => host));
  return { directors: members.map(({ host }) => host), realServers: [...new Set(realServers)] };
}

async function asFound(hosts: readonly RunningHost[]): Promise<Asked[]> {
  return Promise.all(hosts.map(async (host) => ({ name: host.name, reading: await readingOf(host) })));
}

/** What is wrong now; a director that cannot be asked any more leaves it open. */
async function lookAgain(
  directors: readonly RunningHost[],
  realServers: readonly Asked[],
): Promise<ClusterFault[]> {
  const unread: ClusterFault[] = [];
  const asked = await Promise.all(
    directors.map(async (host): Promise<Asked> => {
      const { name } = host;
      try {
        return { name, reading: await host.look() };
      } catch (error) {
        if (!(error instanceof ReadingError)) throw error;
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

function inWords(faults: readonly ClusterFault[]): string | undefined {
  if (faults.length === 0) return undefined;
  return `the directors are not one cluster:\n${showFaults(faults).replace(/^/gm, "  ")}`;
}
