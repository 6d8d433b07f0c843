/** Where a stack's state lives: the backend the user has chosen, else files on this machine that need no account. */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { projectDirectory, stateDirectory } from "./directories.ts";
import { type PulumiCli, userPulumiHome } from "./pulumi.ts";
import { report, SetupError } from "./rung.ts";

/** Operations: they read a stack's settings file, or the one `--config-file` names. */
const OPERATIONS = [
  "up",
  "update",
  "preview",
  "pre",
  "destroy",
  "down",
  "dn",
  "refresh",
  "import",
  "watch",
  "logs",
];

/**
 * Operations that the engine runs at once, and hosts that are converged so; by itself it would run four for each processor
 * of this machine, which only waits. Logins are fewer at a time (ssh/).
 */
const OPERATIONS_AT_ONCE = 128;

/** A stack that is ready for use. */
export interface Stack {
  name: string;
  cli: PulumiCli;
  /** What the CLI needs in its environment to work on this stack. */
  env: Record<string, string>;
  /** Settings file to use instead of the one in the checkout. */
  configFile?: string;
}

/** The environment that selects the backend; empty when the user has chosen one. */
export async function backendEnvironment(): Promise<Record<string, string>> {
  if (await userChoseBackend()) return {};
  const state = stateDirectory();
  await mkdir(join(state, "backend"), { recursive: true, mode: 0o700 });
  return {
    PULUMI_BACKEND_URL: `file://${join(state, "backend")}`,
    ...(await passphrase(join(state, "passphrase"))),
    // Lets the salt stay in the state: the settings in the checkout need not hold it.
    PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
  };
}

/** How many operations the engine runs at once; what the user has chosen stands. */
export function parallelism(): Record<string, string> {
  return { PULUMI_PARALLEL: process.env.PULUMI_PARALLEL ?? String(OPERATIONS_AT_ONCE) };
}

/** Path of a stack's settings file; throws a {@link SetupError} when it has none. */
export function settingsPath(stack: string): string {
  const path = join(projectDirectory, settingsFile(stack));
  if (existsSync(path)) return path;
  throw new SetupError(
    `Stack ${stack} has no settings: ${settingsFile(stack)} is missing in ${projectDirectory}; examples/ has one to start from`,
  );
}

/** Opens a stack of this project, creating it on first use; throws a {@link SetupError} when it has no settings file. */
export async function openStack(cli: PulumiCli, name: string): Promise<Stack> {
  const settings = settingsPath(name);
  const backend = await backendEnvironment();
  const env = { ...cli.env, ...backend, ...parallelism(), PULUMI_STACK: name };
  const stack: Stack = { name, cli, env };
  if (backend.PULUMI_BACKEND_URL === undefined) {
    const { failed } = await quietly(stack, ["stack", "--show-name"], projectDirectory);
    if (failed) await initialise(stack, projectDirectory);
    return stack;
  }
  const shadow = await shadowProject(name, settings);
  if (!existsSync(stateFile(name))) await initialise(stack, shadow);
  return { ...stack, configFile: join(shadow, settingsFile(name)) };
}

/** Runs the CLI on the terminal, in the checkout; returns its exit code. */
export async function runPulumi(stack: Stack, args: string[]): Promise<number> {
  const settings =
    stack.configFile !== undefined && isOperation(args) ? ["--config-file", stack.configFile] : [];
  return runAttached(stack.cli, stack.env, [...args, ...settings]);
}

/** Runs the CLI and returns what it prints; throws a {@link SetupError} with its message when it fails. */
export async function readPulumi(stack: Stack, args: string[]): Promise<string> {
  const { failed, stdout, stderr } = await quietly(stack, args, projectDirectory);
  if (failed) throw new SetupError(`pulumi ${args.join(" ")}: ${stderr}`);
  return stdout;
}

/** Runs a CLI on the terminal, in the checkout; leaves Ctrl-C to it, so that it can tidy up. Returns its exit code. */
export async function runAttached(
  cli: PulumiCli,
  env: Record<string, string>,
  args: string[],
): Promise<number> {
  const leaveToPulumi = () => undefined;
  process.on("SIGINT", leaveToPulumi);
  try {
    const options = { cwd: projectDirectory, env, stdio: "inherit", reject: false } as const;
    const { exitCode = 1 } = await execa(cli.command, args, options);
    return exitCode;
  } finally {
    process.off("SIGINT", leaveToPulumi);
  }
}

/** Whether the arguments are an operation that does not name its settings file itself. */
export function isOperation(args: string[]): boolean {
  const command = args.find((arg) => !arg.startsWith("-")) ?? "";
  return OPERATIONS.includes(command) && !args.some((arg) => /^--config-file(=|$)/.test(arg));
}

function settingsFile(stack: string): string {
  return `Pulumi.${stack}.yaml`;
}

/**
 * Copies the stack's settings beside the state. The CLI writes its encryption salt into the settings file it is
 * given; given this copy, it leaves the one in the checkout as the user wrote it.
 */
async function shadowProject(stack: string, settings: string): Promise<string> {
  const shadow = join(stateDirectory(), "settings");
  await mkdir(shadow, { recursive: true, mode: 0o700 });
  await writeFile(join(shadow, "Pulumi.yaml"), "name: pulumi-lvs\nruntime: nodejs\n");
  await copyFile(settings, join(shadow, settingsFile(stack)));
  return shadow;
}

/** Where a file backend keeps a stack of this project. */
function stateFile(stack: string): string {
  return join(stateDirectory(), "backend", ".pulumi", "stacks", "pulumi-lvs", `${stack}.json`);
}

async function initialise(stack: Stack, directory: string): Promise<void> {
  const { failed, stderr } = await quietly(stack, ["stack", "init", "--no-select", stack.name], directory);
  if (failed && !stderr.includes("already exists")) throw new SetupError(`Stack ${stack.name}: ${stderr}`);
  report(
    `Stack ${stack.name} is new; its state is kept in ${stack.env.PULUMI_BACKEND_URL ?? "your backend"}`,
  );
}

function quietly({ cli, env }: Stack, args: string[], cwd: string) {
  return execa(cli.command, [...args, "--non-interactive"], { cwd, env, reject: false });
}

async function userChoseBackend(): Promise<boolean> {
  if (process.env.PULUMI_BACKEND_URL || process.env.PULUMI_ACCESS_TOKEN) return true;
  const project = await readFile(join(projectDirectory, "Pulumi.yaml"), "utf8");
  return /^backend:/m.test(project) || isLoggedIn();
}

async function isLoggedIn(): Promise<boolean> {
  const file = join(process.env.PULUMI_CREDENTIALS_PATH || userPulumiHome(), "credentials.json");
  try {
    const credentials = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
    // Newer CLIs may store an encrypted envelope instead (sdk/go/common/util/securestore).
    return Boolean(credentials.current) || "$pulumiSecureStore" in credentials;
  } catch {
    return false;
  }
}

/** A random passphrase, made once; one the user has set is preferred. */
async function passphrase(file: string): Promise<Record<string, string>> {
  if (process.env.PULUMI_CONFIG_PASSPHRASE !== undefined || process.env.PULUMI_CONFIG_PASSPHRASE_FILE)
    return {};
  if (!existsSync(file)) {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const partial = `${file}.partial-${process.pid}`;
    await writeFile(partial, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600 });
    // Unlike a rename, a link never replaces a passphrase another run has just made.
    await link(partial, file).catch(() => undefined);
    await rm(partial);
  }
  return { PULUMI_CONFIG_PASSPHRASE_FILE: file };
}
