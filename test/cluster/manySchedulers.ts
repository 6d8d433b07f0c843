/** A service for each of many schedulers, asked by many clients while the real servers behind it change. */
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { putPrograms, startInClient } from "../../load/inClient.ts";
import { type ManyClientsReport, type ServiceReport, startManyClients } from "../../load/manyClients.ts";
import { entry } from "../../model/cluster.ts";
import type { Protocol, Scheduler } from "../../model/lvs.ts";
import { inCheckout, type Settings, soloLab, withChanges } from "../fixtures.ts";
import type { TestStack } from "./stack.ts";
import { layLargeFile } from "./underLoad.ts";

interface Service {
  readonly protocol: Protocol;
  readonly scheduler: Scheduler;
  readonly port: number;
}

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

/** A lab with such services, two real servers behind each. */
export class ManySchedulers {
  readonly settings: Settings;
  readonly #network: string;
  readonly #services: readonly Service[];

  /** On this network, for example `198.18.90`; with the schedulers given over each protocol. */
  constructor(
    network: string,
    schedulers: Readonly<Record<Protocol, readonly Scheduler[]>>,
    changes: Settings = {},
  ) {
    this.#network = network;
    this.#services = (["tcp", "udp"] as const).flatMap((protocol) =>
      schedulers[protocol].map((scheduler, index) => {
        return { protocol, scheduler, port: firstPort[protocol] + index };
      }),
    );
    const described = this.#services.map(({ protocol, scheduler, port }) => {
      const service = {
        address: this.#vip,
        port,
        protocol,
        scheduler,
        // A small director could hardly run this many, and they have tests of their own.
        healthCheck: { type: "none" },
        realServers: Object.fromEntries(servers[protocol].map((name) => [name, roomForAll])),
      };
      return [`virtualServices.${scheduler}-${protocol}`, service];
    });
    this.settings = soloLab(network, {
      "realServers.ns1": { address: `${network}.31` },
      "realServers.ns2": { address: `${network}.32` },
      ...Object.fromEntries(described),
      ...changes,
    });
  }

  get #vip(): string {
    return `${this.#network}.100`;
  }

  /** The settings with the second real server of every service taken out. */
  get withoutSecond(): Settings {
    return withChanges(this.settings, { "realServers.web2.drain": true, "realServers.ns2.drain": true });
  }

  /** Once after the first `up`: what answers, and what takes long to fetch. */
  async startAnswering(stack: TestStack): Promise<void> {
    const echo = { echo: await readFile(inCheckout("load/echo.pl")) };
    const ports = this.#of("udp").map(({ port }) => String(port));
    for (const name of servers.udp) {
      await putPrograms(stack.container(name), "/usr/local/bin", echo);
      await startInClient(stack.container(name), ["echo", this.#vip, ...ports]);
    }
    await layLargeFile(stack, ...servers.tcp);
  }

  /** Brings the stack up with these settings while 40 clients ask every service and some fetch for half a minute. */
  async measureUp(stack: TestStack, settings: Settings): Promise<Measured> {
    const client = stack.container("client");
    const [tcp, udp] = await Promise.all([this.#ask(stack, "tcp", 120), this.#ask(stack, "udp", 170)]);
    const fetch = `curl -s -o /dev/null --limit-rate 1M http://${this.#vip}/large`;
    const downloads = await startInClient(client, ["sh", "-c", `for _ in 1 2 3 4; do ${fetch} & done; wait`]);
    stack.configure(settings);
    const { shown } = await stack.must("up");
    // Long enough to see who is asked once the change is over.
    await sleep(3000);
    const reports = { tcp: await tcp.stop(), udp: await udp.stop() };
    await downloads.output;
    const outcomes = this.#services.map(({ protocol, scheduler, port }) => {
      return { scheduler, protocol, ...entry(reports[protocol].services, `${this.#vip}:${port}`) };
    });
    return { shown, outcomes, reports };
  }

  #ask(stack: TestStack, protocol: Protocol, firstHost: number) {
    return startManyClients(stack.container("client"), {
      protocol,
      addresses: Array.from({ length: 40 }, (_, index) => `${this.#network}.${firstHost + index}`),
      services: this.#of(protocol).map(({ port }) => `${this.#vip}:${port}`),
      longestSeconds: 600,
    });
  }

  #of(wanted: Protocol): Service[] {
    return this.#services.filter(({ protocol }) => protocol === wanted);
  }
}
