/** A folder in which the checker runs for real, against servers on the loopback; the kernel's table is a text of the test's. */
import { type ChildProcess, spawn } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect } from "vitest";
import { holdChecker } from "../../render/checker.ts";
import { clusterOf, inCheckout, type Settings } from "../fixtures.ts";

/** Packets carry no mark, which only root may set. */
const standIn = `
  $INC{"$ENV{FOLDER}/check.pl"} = "${inCheckout("host/check.pl")}";
  require "${inCheckout("host/check.pl")}";
  no warnings "redefine";
  *PulumiLvs::send_from = sub { };
  *PulumiLvs::hold_probes = sub { };
  $PulumiLvs::table = "$ENV{FOLDER}/ip_vs";
  1;`;

/** Where the checker lies. */
export let folder: string;
/** What it has said. */
export let log = "";
export let checker: ChildProcess | undefined;
const servers: Server[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pulumi-lvs-checker-"));
  log = "";
  copyFileSync(inCheckout("host/checker.pl"), join(folder, "checker.pl"));
  writeFileSync(join(folder, "StandIn.pm"), standIn);
  const ipvsadm = `#!/bin/sh
    case $1 in
      -R) cat >"${folder}/changes" ;;
      -Sn) cat "${folder}/rules" ;;
      *) echo "$*" >>"${folder}/changes" ;;
    esac`;
  mkdirSync(join(folder, "bin"));
  writeFileSync(join(folder, "bin/ipvsadm"), ipvsadm);
  chmodSync(join(folder, "bin/ipvsadm"), 0o755);
  balance();
});

afterEach(async () => {
  const running = checker;
  checker = undefined;
  if (running?.exitCode === null) {
    const ended = new Promise((end) => running.once("close", end));
    running.kill();
    await ended;
  }
  for (const server of servers.splice(0)) server.close();
  rmSync(folder, { recursive: true });
});

const env = () => ({
  ...process.env,
  FOLDER: folder,
  PATH: `${folder}/bin:${process.env.PATH}`,
  PERL5LIB: folder,
  PERL5OPT: "-MStandIn",
  PULUMI_LVS_RESULTS: join(folder, "results"),
});

/** Rules of the kernel's table, as ipvsadm prints them. */
export function balance(...rules: readonly string[]): void {
  writeFileSync(join(folder, "rules"), rules.map((rule) => `${rule}\n`).join(""));
}

async function portOf(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return (server.address() as AddressInfo).port;
}

export const http = (answer: RequestListener) => portOf(createServer(answer));
/** It takes connections, and says nothing. */
export const silent = () => portOf(createTcpServer((socket) => socket.on("error", () => undefined)));

/** What the checker is told of services, each with one real server, its port of the health check as given. */
export function tell(ports: Readonly<Record<string, number>>, settings: Settings = {}): void {
  const services = Object.entries(ports).map(([name, port], at) => [
    name,
    {
      address: "198.18.7.100",
      port: 80 + at,
      healthCheck: { port, intervalSeconds: 1, timeoutSeconds: 2, ...settings },
      realServers: { web1: { weight: 3 } },
    },
  ]);
  const cluster = clusterOf({
    subnet: "198.18.7.0/24",
    healthEngine: "keepalived",
    directors: { lb1: { address: "198.18.7.11" } },
    realServers: { web1: { address: "198.18.7.21" } },
    virtualServices: Object.fromEntries(services),
  });
  const [director] = cluster.directors;
  const items = director ? holdChecker(director, cluster.virtualServices) : [];
  const [file] = items.flatMap((item) => (item.kind === "file" && item.check === "checker" ? [item] : []));
  // The loopback stands in for the VIP.
  write(file?.content.replaceAll("vip => '198.18.7.100'", "vip => '127.0.0.1'") ?? "");
}

export const write = (content: string) => writeFileSync(join(folder, "services"), content);
export const verb = (...words: string[]) =>
  execa("perl", [join(folder, "checker.pl"), ...words], { env: env(), reject: false, all: true });

export function run(): void {
  checker = spawn("perl", [join(folder, "checker.pl"), "run"], {
    env: env(),
    stdio: ["ignore", "ignore", "pipe"],
  });
  checker.stderr?.on("data", (text) => {
    log += text;
  });
}

export const fileOf = (port = 80) => join(folder, `results/tcp-198.18.7.100:${port}-198.18.7.21:${port}`);
export const result = (port = 80) =>
  existsSync(fileOf(port)) ? readFileSync(fileOf(port), "utf8") : undefined;
export const isReady = () => existsSync(join(folder, "results/ready"));
export const eventually = (value: () => unknown) => expect.poll(value, { timeout: 10_000, interval: 20 });
export const web = (port: number) => `web: 198.18.7.21, asked through VIP 127.0.0.1:${port}`;

export function know(text: "0" | "1", port = 80): void {
  mkdirSync(join(folder, "results"), { recursive: true });
  writeFileSync(fileOf(port), `${text}\n`);
}
