/** A service for every scheduler and protocol, asked by many clients while a real server of each is taken out and comes back. */
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { putPrograms, startInClient } from "../../load/inClient.ts";
import { type ManyClientsReport, type ServiceReport, startManyClients } from "../../load/manyClients.ts";
import { entry } from "../../model/cluster.ts";
import { type Protocol, type Scheduler, schedulers } from "../../model/lvs.ts";
import { inCheckout, type Settings, soloLab, withChanges } from "../fixtures.ts";
import type { TestStack } from "./stack.ts";
import { layLargeFile } from "./underLoad.ts";

/** What became of the questions to one service. */
export interface SchedulerOutcome extends ServiceReport {
  readonly scheduler: Scheduler;
  readonly protocol: Protocol;
}

/** What a change did to the clients of all services. */
export interface Measured {
  readonly shown: string;
  readonly outcomes: readonly SchedulerOutcome[];
  readonly reports: Readonly<Record<Protocol, ManyClientsReport>>;
}

const firstPort = { tcp: 8001, udp: 7001 } as const;
const servers = { tcp: ["web1", "web2"], udp: ["ns1", "ns2"] } as const;
/** ovf takes a weight for the number of connections that a real server has room for (ip_vs_ovf). */
const roomForAll = { weight: 10_000 };

const services = (["tcp", "udp"] as const).flatMap((protocol) =>
  schedulers.map((scheduler, index) => ({ protocol, scheduler, port: firstPort[protocol] + index })),
);

/** A lab on this network, for example `198.18.90`. */
export function everyScheduler(network: string, changes: Settings = {}): Settings {
  const described = services.map(({ protocol, scheduler, port }) => {
    const service = {
      address: `${network}.100`,
      port,
      protocol,
      scheduler,
      // A small director could hardly run this many, and they have tests of their own.
      healthCheck: { type: "none" },
      realServers: Object.fromEntries(servers[protocol].map((name) => [name, roomForAll])),
    };
    return [`virtualServices.${scheduler}-${protocol}`, service];
  });
  return soloLab(network, {
    "realServers.ns1": { address: `${network}.31` },
    "realServers.ns2": { address: `${network}.32` },
    ...Object.fromEntries(described),
    ...changes,
  });
}

/** The second real server of every service is out. */
export const withoutSecond = (settings: Settings) =>
  withChanges(settings, { "realServers.web2.drain": true, "realServers.ns2.drain": true });

/** Once after the first `up`: what answers, and what takes long to fetch. */
export async function startAnswering(stack: TestStack, vip: string): Promise<void> {
  const echo = { echo: await readFile(inCheckout("load/echo.pl")) };
  const ports = schedulers.map((_, index) => String(firstPort.udp + index));
  for (const name of servers.udp) {
    await putPrograms(stack.container(name), "/usr/local/bin", echo);
    await startInClient(stack.container(name), ["echo", vip, ...ports]);
  }
  await layLargeFile(stack, ...servers.tcp);
}

/** Brings the stack up with these settings while 40 clients ask every service and some fetch for half a minute. */
export async function measureUp(stack: TestStack, vip: string, settings: Settings): Promise<Measured> {
  const client = stack.container("client");
  const network = vip.replace(/\.\d+$/, "");
  const start = (protocol: Protocol, first: number) =>
    startManyClients(client, {
      protocol,
      addresses: Array.from({ length: 40 }, (_, index) => `${network}.${first + index}`),
      services: services.filter((each) => each.protocol === protocol).map(({ port }) => `${vip}:${port}`),
    });
  const [tcp, udp] = await Promise.all([start("tcp", 120), start("udp", 170)]);
  const download = `for _ in 1 2 3 4; do curl -s -o /dev/null --limit-rate 1M http://${vip}/large & done; wait`;
  const downloads = await startInClient(client, ["sh", "-c", download]);
  stack.configure(settings);
  const { shown } = await stack.must("up");
  // Long enough to see who is asked once the change is over.
  await sleep(3000);
  const [ofTcp, ofUdp] = await Promise.all([tcp.stop(), udp.stop()]);
  await downloads.output;
  const reports = { tcp: ofTcp, udp: ofUdp };
  const outcomes = services.map(({ protocol, scheduler, port }) => {
    return { scheduler, protocol, ...entry(reports[protocol].services, `${vip}:${port}`) };
  });
  return { shown, outcomes, reports };
}
