/** What every `npm run` verb shares: its options, the stack it is about, and errors that are for people. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import pc from "picocolors";
import { parse } from "yaml";
import { openStack, type Stack } from "../setup/backend.ts";
import { projectDirectory } from "../setup/directories.ts";
import { providePulumi } from "../setup/pulumi.ts";
import { SetupError } from "../setup/rung.ts";

export interface VerbOptions {
  readonly stack: string;
  readonly json: boolean;
  /** Everything this project does not know itself, for Pulumi. */
  readonly pulumiArgs: readonly string[];
}

/** Parses the command line, runs the verb, and turns its outcome into the exit code. */
export async function runVerb(
  name: string,
  description: string,
  verb: (options: VerbOptions) => Promise<number>,
): Promise<void> {
  const command = new Command(`npm run ${name} --`)
    .description(description)
    .option("-s, --stack <name>", "stack to work on", "dev")
    .option("--json", "print JSON for machines", false)
    .allowUnknownOption()
    .allowExcessArguments()
    .parse();
  try {
    process.exitCode = await verb({
      ...command.opts<{ stack: string; json: boolean }>(),
      pulumiArgs: command.args,
    });
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`${pc.red("error:")} ${error.message}`);
    process.exitCode = 1;
  }
}

/** The stack, with the Pulumi that the set-up found or made. */
export async function provideStack(name: string): Promise<Stack> {
  return openStack(await providePulumi(), name);
}

/** Whether the stack's hosts are containers of this machine. */
export function isLab(stack: string): boolean {
  const settings: unknown = parse(readSettings(stack));
  const config =
    typeof settings === "object" && settings !== null && "config" in settings ? settings.config : {};
  return typeof config === "object" && config !== null && "pulumi-lvs:lab" in config;
}

function readSettings(stack: string): string {
  try {
    return readFileSync(join(projectDirectory, `Pulumi.${stack}.yaml`), "utf8");
  } catch {
    throw new SetupError(`stack ${stack} has no Pulumi.${stack}.yaml; see examples/ for one to start from`);
  }
}
