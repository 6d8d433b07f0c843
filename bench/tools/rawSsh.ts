/** The floor: the same scripts piped into `ssh`, all hosts at once, and nothing around it. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { renderScript } from "../../render/script.ts";
import type { Work } from "../cluster.ts";
import type { Command } from "../measure.ts";
import type { OpenSsh } from "../openSsh.ts";
import { tools } from "../results.ts";
import type { Tool } from "./tool.ts";

export function rawSsh(parent: string, { configFile }: OpenSsh): Tool {
  const directory = join(parent, "raw-ssh");
  const shell = (script: string): Command => ({
    command: "bash",
    args: ["-euo", "pipefail", "-c", script],
    env: { CONFIG: configFile },
    cwd: directory,
  });
  return {
    name: tools.raw,
    forget: async () => undefined,
    async converge(work) {
      const waves = await writeScripts(directory, work);
      return shell(waves.map(parallelRun).join("\n"));
    },
    async changeWeight({ plans }) {
      const director = plans.find(({ role }) => role === "director");
      const file = director?.items.find((item) => item.kind === "file" && item.check === "ldirectord");
      if (!director || file?.kind !== "file") throw new Error("this work has no director");
      await writeFile(join(directory, "ldirectord.cf"), file.content);
      const install = `cat > ${file.path} && systemctl reload ldirectord`;
      return shell(`ssh -F "$CONFIG" ${director.host} '${install}' < ldirectord.cf`);
    },
  };
}

/** The hosts of each wave, real servers before directors. */
async function writeScripts(directory: string, { plans }: Work): Promise<string[][]> {
  await mkdir(directory, { recursive: true });
  await Promise.all(plans.map((plan) => writeFile(join(directory, plan.host), renderScript(plan))));
  const wave = (role: string) => plans.filter((plan) => plan.role === role).map(({ host }) => host);
  return [wave("realServer"), wave("director")].filter((hosts) => hosts.length > 0);
}

function parallelRun(hosts: readonly string[]): string {
  const one = `ssh -F "$CONFIG" "$1" bash -s -- converge < "$1"`;
  return `printf '%s\\n' ${hosts.join(" ")} | xargs -P ${hosts.length} -I HOST bash -c '${one}' - HOST`;
}
