/** Ansible at its best settings: a fork per host, pipelining, one lasting connection per host, no facts. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Work } from "../cluster.ts";
import type { Command } from "../measure.ts";
import type { OpenSsh } from "../openSsh.ts";
import { tools } from "../results.ts";
import { peerData } from "./peerData.ts";
import type { Tool } from "./tool.ts";

const playbook = fileURLToPath(new URL("../peers/playbook.yml", import.meta.url));

export function ansible(parent: string, python: string, ssh: OpenSsh): Tool {
  const directory = join(parent, "ansible");
  const run = async (work: Work, options: readonly string[]): Promise<Command> => {
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, "ansible.cfg"), configuration(work.hosts.length, ssh));
    await writeFile(join(directory, "hosts.json"), JSON.stringify(inventory(work)));
    const args = ["-m", "ansible", "playbook", "--inventory", "hosts.json", ...options, playbook];
    return { command: python, args, env: { ANSIBLE_HOME: directory, LC_ALL: "C.UTF-8" }, cwd: directory };
  };
  return {
    name: tools.ansible,
    forget: async () => undefined,
    converge: (work) => run(work, []),
    changeWeight: (work) => run(work, ["--limit", "director"]),
  };
}

function configuration(forks: number, { configFile }: OpenSsh): string {
  return [
    "[defaults]",
    `forks = ${forks}`,
    "interpreter_python = /usr/bin/python3",
    "[ssh_connection]",
    "pipelining = True",
    `ssh_args = -F ${configFile} -o ControlMaster=auto -o ControlPersist=60s`,
    "",
  ].join("\n");
}

function inventory({ plans }: Work): object {
  const group = (role: string) => ({
    hosts: Object.fromEntries(
      plans.filter((plan) => plan.role === role).map((plan) => [plan.host, { desired: peerData(plan) }]),
    ),
  });
  return { all: { children: { realServer: group("realServer"), director: group("director") } } };
}
