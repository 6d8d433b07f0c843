/** The engine's floor: as many remote commands as there are hosts, in a program of nothing else. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { digestOf } from "../../render/script.ts";
import type { Work } from "../cluster.ts";
import { type Engine, type FreshStack, stackOf } from "../engine.ts";
import { tools } from "../results.ts";
import type { Tool } from "./tool.ts";

const program = "bench/peers/bareCommands.ts";

export async function bareCommands(engine: Engine, keyFile: string): Promise<Tool> {
  const file = join(engine.directory, "bare-commands.json");
  let stack: FreshStack = await stackOf(engine, program);
  return {
    name: tools.floor,
    forget: async () => {
      stack = await stackOf(engine, program);
    },
    async converge(work) {
      await writeFile(file, JSON.stringify(commandsFor(work, await readFile(keyFile, "utf8"))));
      const command = await stack.up({});
      return { ...command, env: { ...command.env, BARE_COMMANDS: file } };
    },
    stateBytes: () => stack.stateBytes(),
  };
}

/** The way in as our own commands have it; of the plan no more than its digest. */
function commandsFor({ hosts, plans }: Work, privateKey: string) {
  return plans.map((plan) => {
    const { address, hostKey, ssh } = hosts.find(({ name }) => name === plan.host) ?? {};
    const connection = { host: address, port: 22, ...ssh, user: "root", hostKey, privateKey };
    return { name: plan.host, connection, stdin: `digest=${digestOf(plan)}\n` };
  });
}
