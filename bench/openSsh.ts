/** The machine's own `ssh` as the tools use it: a configuration file with every host, its key pinned. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { endpointText } from "../model/address.ts";
import { installPackages } from "../setup/apt.ts";
import { report } from "../setup/rung.ts";
import type { BenchHost, BenchHosts } from "./hosts.ts";

export interface OpenSsh {
  /** For `ssh -F`; knows every host by name. */
  readonly configFile: string;
  readonly keyFile: string;
}

/** Returns once there is an `ssh`; throws a `SetupError` when none can be had. */
export async function provideSsh(): Promise<void> {
  const { failed, stderr } = await execa("ssh", ["-V"], { reject: false });
  if (failed) return installPackages(["openssh-client"], "the benchmark compares with raw SSH");
  report(`${stderr.split(",")[0]} for raw SSH and Ansible`);
}

export async function writeSshFiles(parent: string, { hosts, privateKey }: BenchHosts): Promise<OpenSsh> {
  const directory = join(parent, "ssh");
  const [configFile, keyFile, knownHosts] = ["config", "id", "known_hosts"].map((name) =>
    join(directory, name),
  ) as [string, string, string];
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFile(keyFile, privateKey, { mode: 0o600 });
  await writeFile(knownHosts, hosts.map((host) => `${knownAs(host)} ${host.hostKey}\n`).join(""));
  const names = hosts.map((host) => `Host ${host.name}\n${wayTo(host)}`).join("");
  const shared = [
    "Host *",
    "  User root",
    `  IdentityFile ${keyFile}`,
    "  IdentitiesOnly yes",
    `  UserKnownHostsFile ${knownHosts}`,
    "  StrictHostKeyChecking yes",
    "  HostKeyAlgorithms ssh-ed25519",
    "  LogLevel ERROR",
    "  BatchMode yes",
  ];
  await writeFile(configFile, `${names}${shared.join("\n")}\n`);
  return { configFile, keyFile };
}

function wayTo({ address, ssh }: BenchHost): string {
  return ssh ? `  HostName ${ssh.host}\n  Port ${ssh.port}\n` : `  HostName ${address}\n`;
}

/** As sshd(8) has it under SSH_KNOWN_HOSTS FILE FORMAT. */
function knownAs({ address, ssh }: BenchHost): string {
  return ssh ? endpointText({ address: `[${ssh.host}]`, port: ssh.port }) : address;
}

/** Runs a script on one host and returns what it prints; throws when it fails. */
export async function runScript({ configFile }: OpenSsh, host: string, script: string): Promise<string> {
  const { stdout } = await execa("ssh", ["-F", configFile, host, "bash", "-s"], { input: script });
  return stdout;
}
