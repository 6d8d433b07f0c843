/** pyinfra at its best settings: every host at once, the director after its real servers. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Work } from "../cluster.ts";
import type { Command } from "../measure.ts";
import type { OpenSsh } from "../openSsh.ts";
import { tools } from "../results.ts";
import { peerData } from "./peerData.ts";
import type { Tool } from "./tool.ts";

const deploy = fileURLToPath(new URL("../peers/deploy.py", import.meta.url));

export function pyinfra(parent: string, python: string, ssh: OpenSsh): Tool {
  const directory = join(parent, "pyinfra");
  const run = (hosts: number, options: readonly string[]): Command => ({
    command: python,
    args: ["-m", "pyinfra", "--yes", "--parallel", String(hosts), ...options, "inventory.py", deploy],
    env: {},
    cwd: directory,
  });
  return {
    name: tools.pyinfra,
    forget: async () => undefined,
    async converge(work) {
      await writeInventory(directory, work, ssh);
      return run(work.hosts.length, []);
    },
    async changeWeight(work) {
      await writeInventory(directory, work, ssh);
      return run(1, ["--limit", "director"]);
    },
  };
}

/** A Python file that reads the hosts from JSON: groups are its variables. */
async function writeInventory(directory: string, work: Work, ssh: OpenSsh): Promise<void> {
  await mkdir(directory, { recursive: true });
  const groups: Record<string, unknown[]> = { realServer: [], director: [] };
  for (const plan of work.plans) {
    const host = work.hosts.find(({ name }) => name === plan.host);
    const route = { ssh_hostname: host?.ssh?.host ?? host?.address, ssh_port: host?.ssh?.port };
    const access = { ...route, ssh_user: "root", ssh_config_file: ssh.configFile };
    const strict = { ssh_key: ssh.keyFile, ssh_strict_host_key_checking: "yes", ssh_allow_agent: false };
    groups[plan.role]?.push([plan.host, { ...access, ...strict, desired: peerData(plan) }]);
  }
  await writeFile(join(directory, "hosts.json"), JSON.stringify(groups));
  const load = "import json\n\nwith open('hosts.json') as file:\n    groups = json.load(file)\n";
  const lists = Object.keys(groups).map((name) => `${name} = [tuple(host) for host in groups['${name}']]\n`);
  await writeFile(join(directory, "inventory.py"), `${load}${lists.join("")}`);
}
