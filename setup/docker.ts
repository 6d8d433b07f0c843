/** The ladder to a Docker engine: one that answers, else the distribution's own, installed and started. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Docker from "dockerode";
import { execa } from "execa";
import { canInstallPackages, installPackages, isDebianOrUbuntu } from "./apt.ts";
import { stateDirectory } from "./directories.ts";
import { type Finding, report, reportLongWork, SetupError } from "./rung.ts";

/** Seconds an engine that was just started gets until it answers. */
const START_TIMEOUT_SECONDS = 60;

/** The engine's client alone is a package of its own from Debian 13 on. */
const OPTIONAL_PACKAGES = ["docker-cli"];

/** A client for the engine that DOCKER_HOST names, by default the one on this machine. */
export function dockerClient(): Docker {
  return new Docker();
}

type Answer =
  | { kind: "answers"; version: string }
  | { kind: "forbidden"; socket: string }
  | { kind: "silent"; reason: string };

/** Returns once a Docker engine answers, getting one if there is none. Throws a {@link SetupError} when that cannot be. */
export async function provideDocker(): Promise<void> {
  const answer = await askEngine();
  if (answer.kind === "answers") {
    report(`Docker ${answer.version} at ${engineName()}`);
    return;
  }
  const obstacle = await obstacleTo(answer);
  if (obstacle !== undefined) throw new SetupError(obstacle);
  if (findDaemon() === undefined) {
    await installPackages(
      ["docker.io", "iptables", ...(await available(OPTIONAL_PACKAGES))],
      "the lab runs in containers, and no Docker engine is here",
    );
  }
  await startEngine();
}

/** What the doctor says about the engine; changes nothing. */
export async function inspectDocker(): Promise<Finding[]> {
  const what = "Docker engine";
  const answer = await askEngine();
  if (answer.kind === "answers") {
    return [{ what, present: true, detail: `${answer.version} at ${engineName()}` }];
  }
  const daemon = findDaemon();
  const plan =
    daemon === undefined ? "docker.io would be installed by apt and started" : `${daemon} would be started`;
  return [{ what, present: false, detail: (await obstacleTo(answer)) ?? plan }];
}

/** Why no engine can be provided here and what to do about it; undefined if one can. */
async function obstacleTo(answer: Exclude<Answer, { kind: "answers" }>): Promise<string | undefined> {
  if (answer.kind === "forbidden") {
    return (
      `No permission to use the Docker engine at ${answer.socket}. Run this as root, or add yourself to its group ` +
      "(sudo usermod -aG docker $USER), log in again and repeat."
    );
  }
  if (process.env.DOCKER_HOST) {
    return `No Docker engine answers at DOCKER_HOST=${process.env.DOCKER_HOST} (${answer.reason}). Start it, or unset DOCKER_HOST.`;
  }
  if (await canInstallPackages()) return undefined;
  if (process.getuid?.() === 0 && findDaemon() !== undefined) return undefined;
  const remedy = (await isDebianOrUbuntu())
    ? "Run this as root once to have it installed and started, or start it yourself"
    : "Install Docker and start it";
  return `No Docker engine answers at ${engineName()} (${answer.reason}). ${remedy}; if yours listens elsewhere, set DOCKER_HOST.`;
}

async function askEngine(): Promise<Answer> {
  try {
    const { Version } = await dockerClient().version();
    return { kind: "answers", version: Version };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EACCES" || code === "EPERM") return { kind: "forbidden", socket: engineName() };
    return { kind: "silent", reason: code ?? message };
  }
}

function engineName(): string {
  return process.env.DOCKER_HOST || "/var/run/docker.sock";
}

function findDaemon(): string | undefined {
  const directories = [...(process.env.PATH ?? "").split(":"), "/usr/sbin", "/usr/local/sbin", "/sbin"];
  return directories.map((directory) => join(directory, "dockerd")).find((path) => existsSync(path));
}

async function available(packages: readonly string[]): Promise<string[]> {
  const known = await Promise.all(
    packages.map((name) => execa("apt-cache", ["show", "--no-all-versions", name], { reject: false })),
  );
  return packages.filter((_, index) => known[index]?.exitCode === 0);
}

async function startEngine(): Promise<void> {
  await reportLongWork("Starting the Docker engine", async () => {
    const failure = existsSync("/run/systemd/system") ? await startUnit() : await startDaemon();
    for (let waited = 0; waited < START_TIMEOUT_SECONDS; waited += 0.5) {
      if ((await askEngine()).kind === "answers") return;
      if (failure.ended()) break;
      await sleep(500);
    }
    if ((await askEngine()).kind === "answers") return;
    throw new SetupError(`The Docker engine was started and does not answer.\n${await failure.explain()}`);
  });
}

/** How a start that leads nowhere is noticed and explained. */
interface Start {
  ended: () => boolean;
  explain: () => Promise<string>;
}

async function startUnit(): Promise<Start> {
  const start = await execa("systemctl", ["enable", "--now", "docker"], { reject: false });
  return {
    ended: () => start.failed,
    explain: async () => `${start.stderr}\nSee: journalctl -u docker`.trim(),
  };
}

/** On a machine without systemd: the daemon in the background, on after this program has ended. */
async function startDaemon(): Promise<Start> {
  const path = join(stateDirectory(), "dockerd.log");
  await mkdir(stateDirectory(), { recursive: true });
  const log = await open(path, "w");
  const daemon = spawn(findDaemon() ?? "dockerd", {
    detached: true,
    stdio: ["ignore", log.fd, log.fd],
    cwd: "/",
  });
  let ended = false;
  daemon.once("exit", () => {
    ended = true;
  });
  daemon.once("error", () => {
    ended = true;
  });
  daemon.unref();
  await log.close();
  return {
    ended: () => ended,
    explain: async () => {
      const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
      return [`The end of ${path}:`, ...lines.slice(-5).map((line) => `  ${line}`)].join("\n");
    },
  };
}
