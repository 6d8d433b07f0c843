/** What the lab's client does while a director fails: polls the VIP, and keeps long downloads going. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type Docker from "dockerode";
import { putPrograms, runInClient, startInClient } from "../../load/inClient.ts";
import { type Poll, parsePolls } from "./polls.ts";

/** Polling that goes on. */
export interface Polling {
  /** Ends it and waits for the last answers, less than a second. */
  stop(): Promise<Poll[]>;
}

/** Downloads that go on. */
export interface Downloads {
  readonly started: number;
  /** Waits until each is complete or has failed; what curl says of those that have failed. */
  failures(): Promise<string[]>;
}

const programs = "/usr/local/bin";
const intervalMilliseconds = 10;
/** Less than the second after which a lost packet is sent again: a poll tells of its own moment alone. */
const patienceMilliseconds = 500;
/** Of polls, whatever happens to this process. */
const longestSeconds = 180;
/** A download of which nothing comes for so long has failed. */
const downloadPatienceSeconds = 15;

/** Starts to poll `http://VIP/`, a new connection each 10 ms. */
export async function startPolling(client: Docker.Container, vip: string): Promise<Polling> {
  const program = await readFile(fileURLToPath(new URL("poll.pl", import.meta.url)));
  await putPrograms(client, programs, { "pulumi-lvs-poll": program });
  const directory = (await runInClient(client, "mktemp", "-d", "/var/tmp/pulumi-lvs-poll-XXXXXX")).trim();
  const numbers = [80, intervalMilliseconds, patienceMilliseconds, longestSeconds].map(String);
  const running = await startInClient(client, ["pulumi-lvs-poll", vip, ...numbers], { directory });
  return {
    stop: async () => {
      if (running.hasEnded())
        throw new Error(`polling was over before it was stopped: ${await running.output}`);
      await runInClient(client, "touch", `${directory}/stop`);
      const polls = parsePolls(await running.output);
      await runInClient(client, "rm", "-r", directory);
      return polls;
    },
  };
}

/** Starts `count` downloads side by side; none is begun anew. */
export async function startDownloads(
  client: Docker.Container,
  url: string,
  { count, bytesPerSecond }: { readonly count: number; readonly bytesPerSecond: number },
): Promise<Downloads> {
  const patience = String(downloadPatienceSeconds);
  const command = [
    ...["timeout", String(longestSeconds), "curl", "--silent", "--show-error", "--disable", "--noproxy", "*"],
    ...["--fail", "--connect-timeout", patience, "--speed-limit", "1", "--speed-time", patience],
    ...["--limit-rate", String(bytesPerSecond), "--output", "/dev/null", url],
  ];
  const running = await Promise.all(Array.from({ length: count }, () => startInClient(client, command)));
  return {
    started: count,
    failures: async () => {
      const ends = await Promise.allSettled(running.map(({ output }) => output));
      return ends.flatMap((end) => (end.status === "rejected" ? [curlsWords(String(end.reason))] : []));
    },
  };
}

function curlsWords(error: string): string {
  return /curl: \(\d+\).*/.exec(error)?.[0] ?? error.trim();
}
