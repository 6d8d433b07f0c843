/** Pulumi for the benchmark: the CLI the set-up finds, with throw-away backends below one temporary directory. */
import { copyFile, mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { stringify } from "yaml";
import { parallelism } from "../setup/backend.ts";
import { projectDirectory } from "../setup/directories.ts";
import { type PulumiCli, providePulumi } from "../setup/pulumi.ts";
import type { Command } from "./measure.ts";

export interface Engine {
  readonly cli: PulumiCli;
  /** Everything the benchmark writes is below. */
  readonly directory: string;
}

/** A stack that knows of no resource yet. */
export interface FreshStack {
  /** Writes the values of `Pulumi.<stack>.yaml` and returns the command that brings the hosts there. */
  up(settings: Readonly<Record<string, unknown>>, options?: readonly string[]): Promise<Command>;
  /** The same, as a preview. */
  preview(settings: Readonly<Record<string, unknown>>): Promise<Command>;
  /** Size of its state, exported; without the spaces of `pulumi stack export`, as the backend keeps it. */
  stateBytes(): Promise<number>;
}

const stack = "bench";
const settingsFile = `Pulumi.${stack}.yaml`;

export async function openEngine(directory: string): Promise<Engine> {
  return { cli: await providePulumi(), directory };
}

/** The environment of a CLI whose state is below `directory`. */
export async function backendBelow({ cli }: Engine, directory: string): Promise<Record<string, string>> {
  const backend = join(directory, "backend");
  await mkdir(backend, { recursive: true });
  return {
    ...cli.env,
    ...parallelism(),
    PULUMI_BACKEND_URL: `file://${backend}`,
    PULUMI_CREDENTIALS_PATH: directory,
    PULUMI_CONFIG_PASSPHRASE: "bench",
    // Lets the salt stay in the state, so that the settings can be written anew.
    PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
}

/** A stack of this project, its program run from the checkout. */
export async function freshStack(engine: Engine): Promise<FreshStack> {
  const directory = await mkdtemp(join(engine.directory, "stack-"));
  await copyFile(join(projectDirectory, "Pulumi.yaml"), join(directory, "Pulumi.yaml"));
  return openStack(engine, directory, projectDirectory);
}

/** A stack of another program of this checkout than `index.ts`, on the same runtime with the same options. */
export async function stackOf(engine: Engine, program: string): Promise<FreshStack> {
  const directory = await mkdtemp(join(engine.directory, "stack-"));
  const nodeargs = `--import ${join(projectDirectory, "setup", "bundled.mjs")}`;
  const runtime = { name: "nodejs", options: { nodeargs, typescript: false } };
  const project = { name: "pulumi-lvs", runtime, main: join(projectDirectory, program) };
  await writeFile(join(directory, "Pulumi.yaml"), stringify(project));
  return openStack(engine, directory, directory);
}

async function openStack(engine: Engine, settingsDirectory: string, cwd: string): Promise<FreshStack> {
  const { command } = engine.cli;
  const env = await backendBelow(engine, settingsDirectory);
  const file = join(settingsDirectory, settingsFile);
  await writeFile(file, "");
  await execa(command, ["stack", "init", "--no-select", stack], { cwd: settingsDirectory, env });
  const verb = async (name: string, settings: object, options: readonly string[]): Promise<Command> => {
    const config = Object.entries(settings).map(([key, value]) => [`pulumi-lvs:${key}`, value]);
    await writeFile(file, stringify({ config: Object.fromEntries(config) }));
    const args = [name, "--non-interactive", "--stack", stack, "--config-file", file, ...options];
    return { command, args, env, cwd };
  };
  return {
    up: (settings, options = []) => verb("up", settings, ["--yes", "--skip-preview", ...options]),
    preview: (settings) => verb("preview", settings, []),
    async stateBytes() {
      const { stdout } = await execa(command, ["stack", "export", "--stack", stack], { cwd, env });
      return Buffer.byteLength(JSON.stringify(JSON.parse(stdout)));
    },
  };
}
