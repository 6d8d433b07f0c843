/** Puts traffic on a cluster from the lab's client, and tells afterwards what became of every request. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type Docker from "dockerode";
import { provideVegeta } from "../setup/vegeta.ts";
import { account, type LoadReport } from "./account.ts";
import { putPrograms, type Running, runInClient, startInClient } from "./inClient.ts";

/** The mixture of traffic. */
export interface LoadPlan {
  /** Of a small page: what new connections and keep-alive connections ask for. */
  readonly url: string;
  /** Of a file large enough that fetching it takes seconds. */
  readonly downloadUrl: string;
  readonly newConnectionsPerSecond: number;
  /** Side by side, each asking {@link requestsPerSecond} times a second. */
  readonly keepAliveConnections: number;
  /** Side by side. */
  readonly downloads: number;
  /** Default: 8 MB. */
  readonly downloadBytesPerSecond?: number;
  /** A connection that takes longer to be made, or an answer of which nothing comes for as long, is lost. Default: 5. */
  readonly patienceSeconds?: number;
  /** When the traffic ends whatever happens to this process. Default: 600. */
  readonly longestSeconds?: number;
}

/** Traffic that goes on. */
export interface Load {
  /** Ends it, waits for the last answers (at most some ten seconds), and accounts for every request. */
  stop(): Promise<LoadReport>;
}

/** Of one keep-alive connection. */
const requestsPerSecond = 15;
/** Fewer than the 100 after which Apache closes a connection by default (MaxKeepAliveRequests). */
const requestsPerConnection = 90;
/** What the last connections may take after the traffic ends, with much to spare. */
const lastAnswersSeconds = 60;

/** Otherwise the client's kernel takes megabytes ahead of curl, and a download is over while it seems to go on. */
const receiveBuffer = "net.ipv4.tcp_rmem=4096 65536 262144";

const programs = "/usr/local/bin";
const generator = fileURLToPath(new URL("generate.sh", import.meta.url));

/** Starts the traffic. `client` is a running container of the lab's image on the cluster's link. */
export async function startLoad(client: Docker.Container, plan: LoadPlan): Promise<Load> {
  const files = [await readFile(await provideVegeta()), await readFile(generator)] as const;
  await putPrograms(client, programs, { vegeta: files[0], "pulumi-lvs-load": files[1] });
  await runInClient(client, "sysctl", "-q", "-w", receiveBuffer);
  const directory = (await runInClient(client, "mktemp", "-d", "/var/tmp/pulumi-lvs-load-XXXXXX")).trim();
  const longestSeconds = plan.longestSeconds ?? 600;
  const command = [
    "timeout",
    "--signal=KILL",
    String(longestSeconds + lastAnswersSeconds),
    "pulumi-lvs-load",
  ];
  const running = await startInClient(client, command, {
    directory,
    environment: {
      PATIENCE_SECONDS: String(plan.patienceSeconds ?? 5),
      LONGEST_SECONDS: String(longestSeconds),
      URL: plan.url,
      NEW_CONNECTIONS_PER_SECOND: String(plan.newConnectionsPerSecond),
      KEEP_ALIVE_CONNECTIONS: String(plan.keepAliveConnections),
      REQUESTS_PER_CONNECTION: String(requestsPerConnection),
      REQUESTS_PER_SECOND: String(requestsPerSecond),
      DOWNLOAD_URL: plan.downloadUrl,
      DOWNLOADS: String(plan.downloads),
      DOWNLOAD_BYTES_PER_SECOND: String(plan.downloadBytesPerSecond ?? 8_000_000),
    },
  });
  return { stop: () => stopLoad(client, directory, running) };
}

async function stopLoad(client: Docker.Container, directory: string, running: Running): Promise<LoadReport> {
  await runInClient(client, "touch", `${directory}/stop`);
  if ((await running.output) !== "stopped\n") {
    throw new Error("the load was over before it was stopped: give it more time");
  }
  const report = account({
    newConnections: lines(await runInClient(client, "vegeta", "encode", `${directory}/newConnections`)),
    keepAlive: await series(client, directory, "keepAlive"),
    downloads: await series(client, directory, "downloads"),
    requestsPerConnection,
  });
  await runInClient(client, "rm", "-r", directory);
  return report;
}

/** The lines of each file of a kind. */
async function series(client: Docker.Container, directory: string, kind: string): Promise<string[][]> {
  const script = 'for file in "$0".*; do if [ -e "$file" ]; then echo file; cat "$file"; fi; done';
  const text = await runInClient(client, "sh", "-c", script, `${directory}/${kind}`);
  return text.split("file\n").slice(1).map(lines);
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
