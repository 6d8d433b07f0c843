/** What every `npm run` verb shares: its options, the stack it is about, and errors that are for people. */
import { readFileSync } from "node:fs";
import { Command } from "commander";
import pc from "picocolors";
import { parseDocument } from "yaml";
import { openStack, type Stack, settingsPath } from "../setup/backend.ts";
import { providePlugins } from "../setup/plugins.ts";
import { providePulumi } from "../setup/pulumi.ts";
import { SetupError } from "../setup/rung.ts";
import type { PluginName } from "../setup/standIns.ts";

/** What a verb is asked for. */
export interface VerbOptions {
  /** Name of the stack. */
  readonly stack: string;
  /** Print JSON instead of text. */
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
  const options = command.opts<{ stack: string; json: boolean }>();
  await endWith(() => verb({ ...options, pulumiArgs: command.args }));
}

/** Ends the process with the code that `work` returns; an error for people is shown as its message, and ends it with 1. */
export async function endWith(work: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await work();
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

/** The stack, with the plugins too that its program needs. */
export async function provideProgram(name: string): Promise<Stack> {
  return openStack(await providePlugins(await providePulumi(), pluginsOf(name)), name);
}

/** The plugins that the stack's program needs. */
export function pluginsOf(stack: string): PluginName[] {
  return isLab(stack) ? ["command", "docker"] : ["command"];
}

/** Whether the stack's hosts are containers of this machine. */
export function isLab(stack: string): boolean {
  const settings = readSettings(stack);
  const config =
    typeof settings === "object" && settings !== null && "config" in settings ? settings.config : {};
  return typeof config === "object" && config !== null && "pulumi-lvs:lab" in config;
}

function readSettings(stack: string): unknown {
  const path = settingsPath(stack);
  const document = parseDocument(readFileSync(path, "utf8"));
  const [mistake] = document.errors;
  if (mistake) throw new SetupError(`${path}: ${mistake.message}`);
  return document.toJS();
}
