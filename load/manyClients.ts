/** Many clients, each with an address of its own, that ask services in turn, and what became of each question. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type Docker from "dockerode";
import { putPrograms, runInClient, startInClient } from "./inClient.ts";

/** Who asks what. */
export interface ManyClientsPlan {
  /** `tcp`: GET / on a new connection, at most 125 a second; `udp`: 1,000 datagrams a second to `load/echo.pl`, each client from one port, each sent once more where no answer comes. */
  readonly protocol: "tcp" | "udp";
  /** Unused addresses of the link; the clients take them. */
  readonly addresses: readonly string[];
  /** `VIP:PORT`. */
  readonly services: readonly string[];
  /** When they stop whatever happens to this process. Default: 300. */
  readonly longestSeconds?: number;
}

/** How one service was asked. */
export interface ServiceReport {
  readonly asked: number;
  /** Asked once more, as the network drops a datagram now and then (`udp`). */
  readonly repeated: number;
  readonly lost: number;
}

/** What became of the questions between start and stop. */
export interface ManyClientsReport {
  /** By `VIP:PORT`. */
  readonly services: Readonly<Record<string, ServiceReport>>;
  /** Each lost question: when it was asked, client, service and reason. */
  readonly losses: readonly string[];
  /** Answers by host so far, a record for each second (`udp`). */
  readonly answers: readonly Readonly<Record<string, number>>[];
}

/** Clients that go on asking. */
export interface ManyClients {
  /** Ends them and accounts for every question. */
  stop(): Promise<ManyClientsReport>;
}

const program = fileURLToPath(new URL("manyClients.pl", import.meta.url));

/** Lets them begin. `client` is a running container of the lab's image on the cluster's link. */
export async function startManyClients(
  client: Docker.Container,
  { protocol, addresses, services, longestSeconds = 300 }: ManyClientsPlan,
): Promise<ManyClients> {
  await putPrograms(client, "/usr/local/bin", { "many-clients": await readFile(program) });
  for (const address of addresses) {
    await runInClient(client, "ip", "address", "replace", `${address}/32`, "dev", "eth0");
  }
  const stop = (await runInClient(client, "mktemp", "-u", "/var/tmp/many-clients-XXXXXX")).trim();
  const asking = [stop, String(longestSeconds), protocol, addresses.join(","), ...services];
  const running = await startInClient(client, ["many-clients", ...asking]);
  return {
    stop: async () => {
      await runInClient(client, "touch", stop);
      const report = parseReport(await running.output);
      await runInClient(client, "rm", stop);
      return report;
    },
  };
}

/** Reads what `manyClients.pl` printed. */
export function parseReport(printed: string): ManyClientsReport {
  const lines = printed.split("\n").filter(Boolean);
  const of = (word: string) =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  const counts = lines.flatMap((line) => {
    const [, service = "", ...numbers] = /^(\S+:\d+) (\d+) (\d+) (\d+)$/.exec(line) ?? [];
    const [asked = 0, repeated = 0, lost = 0] = numbers.map(Number);
    return service ? [[service, { asked, repeated, lost }] as const] : [];
  });
  return {
    services: Object.fromEntries(counts),
    losses: of("lost"),
    answers: of("answers").map((line) =>
      Object.fromEntries([...line.matchAll(/(\S+)=(\d+)/g)].map(([, host, count]) => [host, Number(count)])),
    ),
  };
}
