/** Makes one failover under load and measures what clients have of it. */
import { setTimeout as sleep } from "node:timers/promises";
import type { LoadReport } from "../../load/account.ts";
import { type LoadPlan, startLoad } from "../../load/load.ts";
import type { TestStack } from "../../test/cluster/stack.ts";
import type { FailoverCase, Scene } from "./cases.ts";
import { startDownloads, startPolling } from "./client.ts";
import { type DirectorState, whenWhole } from "./directors.ts";
import type { Repeat } from "./figures.ts";
import { isServedAtEnd, longestGapMs, type Poll } from "./polls.ts";

/** Where it is measured. */
export interface Place {
  readonly stack: TestStack;
  readonly vip: string;
  /** Between what is done to a director and what mends it. */
  readonly outageSeconds: number;
}

/** One failover, for the table and for a person who looks into it. */
export interface Measured {
  readonly repeat: Repeat;
  readonly words: string;
  /** What came out otherwise than the case has it. */
  readonly wrong: readonly string[];
}

const mixture: Omit<LoadPlan, "url" | "downloadUrl"> = {
  newConnectionsPerSecond: 100,
  keepAliveConnections: 6,
  downloads: 0,
};
/** So much that they go on when the director is back. */
const downloads = { count: 4, bytesPerSecond: 1_000_000 };
/** Size of what is downloaded: for so many seconds. */
export const downloadSeconds = 14;
/** Of load before what is done, and after all is whole. */
const aroundSeconds = 2;
/** At the end every poll of so long a time must be answered. */
const servedMilliseconds = 1000;

/** Bytes of the file that is downloaded. */
export const downloadBytes = downloadSeconds * downloads.bytesPerSecond;

/** What clients had while something happened. */
interface Seen {
  readonly polls: readonly Poll[];
  readonly traffic: LoadReport;
  readonly downloads: { readonly started: number; readonly failures: readonly string[] };
}

/** Throws a SetupError where the cluster does not become whole. */
export async function measureFailover(place: Place, failover: FailoverCase): Promise<Measured> {
  const directors = await place.stack.hosts("director");
  const { name: before } = await whenWhole(directors, place.vip);
  const struckSeconds = Math.floor(Date.now() / 1000);
  let after: DirectorState | undefined;
  const seen = await underTraffic(place, async () => {
    await failAndMend(failover, { stack: place.stack, holder: before }, place.outageSeconds);
    after = await whenWhole(directors, place.vip);
  });
  const wrong = [
    ...(after
      ? unexpected(failover, { before, after, struckSeconds, outageSeconds: place.outageSeconds })
      : []),
    ...(isServedAtEnd(seen.polls, servedMilliseconds) ? [] : ["the VIP is not served at the end"]),
  ];
  const repeat = repeatOf(seen);
  return { repeat, words: `${before} → ${after?.name}; ${inWords(repeat, seen)}`, wrong };
}

async function failAndMend(failover: FailoverCase, scene: Scene, outageSeconds: number): Promise<void> {
  try {
    await failover.strike(scene);
    await sleep(outageSeconds * 1000);
  } finally {
    await failover.mend?.(scene);
  }
}

/** Also where the work fails, the traffic is over when this returns. */
async function underTraffic({ stack, vip }: Place, work: () => Promise<void>): Promise<Seen> {
  const client = stack.container("client");
  const url = `http://${vip}/`;
  const load = await startLoad(client, { ...mixture, url, downloadUrl: url });
  const established = await startDownloads(client, `${url}large`, downloads);
  const polling = await startPolling(client, vip);
  await sleep(aroundSeconds * 1000);
  const [outcome] = await Promise.allSettled([work()]);
  const failures = await established.failures();
  await sleep(aroundSeconds * 1000);
  const polls = await polling.stop();
  const traffic = await load.stop();
  if (outcome.status === "rejected") throw outcome.reason;
  return { polls, traffic, downloads: { started: established.started, failures } };
}

function repeatOf({ polls, traffic, downloads: { started, failures } }: Seen): Repeat {
  const { requests, lost } = traffic;
  return {
    gapMs: longestGapMs(polls),
    requests,
    lost,
    downloadsStarted: started,
    downloadsSurvived: started - failures.length,
  };
}

function inWords(
  { gapMs, requests, lost, ...repeat }: Repeat,
  { traffic, downloads: { failures } }: Seen,
): string {
  const [first] = traffic.losses;
  const example = first ? `; the first at ${first.at}, ${first.kind}: ${first.error}` : "";
  const ended = failures.map((failure) => `; download: ${failure}`);
  const alive = `${repeat.downloadsSurvived} of ${repeat.downloadsStarted} downloads alive`;
  return `gap ${gapMs} ms, ${lost} of ${requests} requests lost, ${alive}${example}${ended.join("")}`;
}

/** What is not as the case has it; lab hosts have the clock of this machine. */
export function unexpected(
  { holderAfter, splitSeconds = 0 }: Pick<FailoverCase, "holderAfter" | "splitSeconds">,
  {
    before,
    after,
    struckSeconds,
    outageSeconds,
  }: { before: string; after: DirectorState; struckSeconds: number; outageSeconds: number },
): string[] {
  const moved = before !== after.name;
  return [
    ...(holderAfter === "another" && !moved ? [`${before} still holds the VIPs`] : []),
    ...(holderAfter === "the same" && moved ? [`the VIPs went to ${after.name}`] : []),
    ...(outageSeconds < splitSeconds && after.rivalSeconds < struckSeconds
      ? [`${after.name} does not report that two held the VIPs`]
      : []),
  ];
}
