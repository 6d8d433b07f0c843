/** The hosts to measure on: one director and N real servers as plain sshd containers, gone when the benchmark ends. */
import { dirname } from "node:path";
import { output, unsecret } from "@pulumi/pulumi";
import {
  LocalWorkspace,
  type OutputMap,
  PulumiCommand,
  type PulumiFn,
} from "@pulumi/pulumi/automation/index.js";
import { Lab } from "../lab/Lab.ts";
import { dockerClient } from "../setup/docker.ts";
import { reportLongWork, SetupError } from "../setup/rung.ts";
import { layOut, subnet } from "./cluster.ts";
import { backendBelow, type Engine } from "./engine.ts";

/** A host as the tools see it. */
export interface BenchHost {
  readonly name: string;
  readonly role: "director" | "realServer";
  readonly address: string;
  /** `ssh-ed25519 AAAA…`. */
  readonly hostKey: string;
  /** Where its SSH server listens. Default: port 22 of its address. */
  readonly ssh?: { readonly host: string; readonly port: number };
}

/** The hosts and the one private key that opens them all, in OpenSSH format. */
export interface BenchHosts {
  readonly hosts: readonly BenchHost[];
  readonly privateKey: string;
}

const stack = "bench";
/** Containers that one machine can take. */
const mostHosts = 700;

/** Builds the lab with the program's own lab component. */
export async function startHosts(engine: Engine, realServers: number): Promise<BenchHosts> {
  const wanted = wantedHosts(realServers);
  const outputs = await reportLongWork(`Starting ${wanted.length} hosts as containers`, (show) =>
    runInline(engine, labProgram(wanted), show),
  );
  const hostKeys = outputs.hostKeys?.value as Record<string, string>;
  return {
    hosts: wanted.map((host) => ({ ...host, hostKey: hostKeys[host.name] ?? "" })),
    privateKey: outputs.privateKey?.value as string,
  };
}

/** Removes every container and network of the benchmark, those of an interrupted one included. */
export async function removeHosts(): Promise<void> {
  const docker = dockerClient();
  const filters = { label: [`pulumi-lvs.stack=${stack}`] };
  const containers = await docker.listContainers({ all: true, filters });
  await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })));
  const networks = await docker.listNetworks({ filters });
  await Promise.all(networks.map(({ Id }) => docker.getNetwork(Id).remove()));
}

function wantedHosts(realServers: number): Omit<BenchHost, "hostKey">[] {
  if (realServers < 2 || realServers > mostHosts) {
    throw new SetupError(`--hosts ${realServers}: give 2 to ${mostHosts} real servers`);
  }
  return layOut(realServers);
}

function labProgram(hosts: readonly Omit<BenchHost, "hostKey">[]): PulumiFn {
  return async () => {
    const lab = new Lab("lab", { stack, subnet, image: "bench", hosts });
    const keys = Object.entries(lab.hosts).map(([name, { ssh }]) => [name, ssh.hostKey] as const);
    return {
      hostKeys: output(Object.fromEntries(keys)),
      privateKey: unsecret(output(lab.hosts.lb1?.ssh.privateKey)),
    };
  };
}

async function runInline(
  engine: Engine,
  program: PulumiFn,
  show: (detail: string) => void,
): Promise<OutputMap> {
  const { cli, directory } = engine;
  const pulumiCommand = await PulumiCommand.get(
    cli.command === "pulumi" ? {} : { root: dirname(dirname(cli.command)), skipVersionCheck: true },
  );
  const workspace = await LocalWorkspace.createStack(
    { stackName: "hosts", projectName: "bench", program },
    { pulumiCommand, workDir: directory, envVars: await backendBelow(engine, directory) },
  );
  const { outputs } = await workspace.up({ onOutput: (text) => show(text.trim().split("\n").at(-1) ?? "") });
  return outputs;
}
