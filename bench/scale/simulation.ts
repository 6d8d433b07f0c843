/** SSH servers of simulated hosts, a port each on this machine. Any key is let in: there is nothing behind them. */
import { type AddressInfo, createServer, type Server } from "node:net";
import ssh2, { type Connection, type ServerChannel, type Session } from "ssh2";
import type { HostPlan } from "../../render/hostPlan.ts";
import { newKey } from "../../test/ssh/server.ts";
import { layOut } from "../cluster.ts";
import type { BenchHosts } from "../hosts.ts";
import { keepFiles } from "./fileTransfer.ts";
import { SimulatedHost } from "./simulatedHost.ts";

/** Hosts that tools may work on until it is closed. */
export interface Simulation extends BenchHosts {
  /** Puts new hosts in the place of all; each is to come to its plan. */
  reset(plans: readonly HostPlan[]): void;
  /** Has the hosts come to another plan from now on. */
  plan(plans: readonly HostPlan[]): void;
  /** Names of the hosts that are not as planned. */
  unconverged(): string[];
  /** Ends all connections. */
  close(): Promise<void>;
}

/** Starts one director and as many real servers; what changes a host takes it `latencyMs`. */
export async function startSimulation(realServers: number, latencyMs: number): Promise<Simulation> {
  const [hostKey, clientKey] = [newKey(), newKey()];
  const connections = new Set<Connection>();
  let simulated = new Map<string, SimulatedHost>();
  const serve = (name: string) => (connection: Connection) => {
    connections.add(connection);
    connection.on("close", () => connections.delete(connection));
    letIn(connection);
    connection.on("session", (accept, reject) => {
      const host = simulated.get(name);
      if (host) serveSession(accept(), host, latencyMs);
      else reject();
    });
  };
  const listening = await Promise.all(
    layOut(realServers).map(async (host) => {
      const server = await listen(hostKey.private, serve(host.name));
      const { port } = server.address() as AddressInfo;
      return { server, host: { ...host, hostKey: hostKey.public, ssh: { host: "127.0.0.1", port } } };
    }),
  );
  return {
    hosts: listening.map(({ host }) => host),
    privateKey: clientKey.private,
    reset(plans) {
      simulated = new Map(plans.map((plan) => [plan.host, new SimulatedHost(plan)]));
    },
    plan(plans) {
      for (const plan of plans) simulated.get(plan.host)?.plan(plan);
    },
    unconverged: () => [...simulated].flatMap(([name, host]) => (host.isConverged ? [] : [name])),
    async close() {
      const closed = listening.map(({ server }) => new Promise((resolve) => server.close(resolve)));
      for (const connection of connections) connection.end();
      await Promise.all(closed);
    },
  };
}

async function listen(hostKey: string, serve: (connection: Connection) => void): Promise<Server> {
  const ssh = new ssh2.Server({ hostKeys: [hostKey] }, serve);
  // As sshd has it: else small answers wait for the client to acknowledge the one before, 40 ms each (tcp(7), TCP_NODELAY).
  const server = createServer({ noDelay: true }, (socket) => ssh.injectSocket(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

function letIn(connection: Connection): void {
  connection.on("error", () => undefined);
  connection.on("authentication", (context) => {
    if (context.method === "publickey") context.accept();
    else context.reject(["publickey"]);
  });
}

function serveSession(session: Session, host: SimulatedHost, latencyMs: number): void {
  session.on("env", (accept) => accept?.());
  session.on("sftp", (accept) => keepFiles(accept(), host.files));
  session.on("exec", (accept, _reject, { command }) => execute(accept(), command, host, latencyMs));
}

function execute(channel: ServerChannel, command: string, host: SimulatedHost, latencyMs: number): void {
  const input: Buffer[] = [];
  channel.on("data", (chunk: Buffer) => input.push(chunk));
  channel.on("end", () => {
    const { stdout, isChange } = host.answer(command, Buffer.concat(input).toString());
    const reply = () => {
      channel.write(stdout);
      channel.exit(0);
      channel.end();
    };
    if (isChange) setTimeout(reply, latencyMs);
    else reply();
  });
}
