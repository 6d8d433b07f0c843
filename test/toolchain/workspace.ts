/** A throw-away Pulumi stack on the CLI the set-up finds, with this project's plugins and a backend of its own. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  type EngineEvent,
  LocalWorkspace,
  PulumiCommand,
  type Stack,
} from "@pulumi/pulumi/automation/index.js";
import { onTestFinished } from "vitest";
import { providePulumi } from "../../setup/pulumi.ts";
import { installStandIns } from "../../setup/standIns.ts";

/** Severities a user sees; the engine also sends its own debugging. */
const SHOWN = ["info", "info#err", "warning", "error"];

/** What one update did. */
export interface Update {
  /** Steps by resource name, in the order they were started: `create`, `update`, `create-replacement`, … */
  steps: { op: string; name: string }[];
  /** Everything shown to the user. */
  diagnostics: string[];
}

/** A stack to run programs on. */
export interface TestStack {
  /** Runs the program as an update. */
  up(program: () => void): Promise<Update>;
  /** Runs the program as a preview. */
  preview(program: () => void): Promise<Update>;
  /** Runs a program that must fail, and returns what the user reads. */
  upFails(program: () => void): Promise<string>;
  destroy(): Promise<Update>;
  /** The state file as it lies on disk: secrets encrypted. */
  stateFile(): string;
}

/** Environment of a CLI that knows nothing of the machine's own Pulumi: home, plugins and backend are in `directory`. */
export async function isolatedPulumi(
  directory: string,
): Promise<{ command: string; env: Record<string, string> }> {
  const { command, env } = await providePulumi();
  const home = join(directory, "home");
  const backend = join(directory, "backend");
  mkdirSync(backend, { recursive: true });
  const standIns = await installStandIns(home);
  return {
    command,
    env: {
      ...env,
      ...standIns,
      PULUMI_HOME: home,
      PULUMI_CREDENTIALS_PATH: home,
      PULUMI_BACKEND_URL: `file://${backend}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      SSH_AUTH_SOCK: "",
    },
  };
}

/** A directory that is removed when the test ends. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "pulumi-lvs-test-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Creates a stack that is gone when the test ends. */
export async function newStack(): Promise<TestStack> {
  const directory = temporaryDirectory();
  const { command, env } = await isolatedPulumi(directory);
  const pulumiCommand = await PulumiCommand.get(
    command === "pulumi" ? {} : { root: dirname(dirname(command)), skipVersionCheck: true },
  );
  const program = async () => undefined;
  const stack = await LocalWorkspace.createStack(
    { stackName: "test", projectName: "contract", program },
    { pulumiCommand, pulumiHome: join(directory, "home"), envVars: env },
  );
  return {
    up: async (run) => observe(stack, run, (options) => stack.up(options)),
    preview: async (run) => observe(stack, run, (options) => stack.preview(options)),
    destroy: async () => observe(stack, undefined, (options) => stack.destroy(options)),
    upFails: async (run) => {
      const failure = await observe(stack, run, (options) => stack.up(options)).catch(
        (error: Error) => error,
      );
      if (!(failure instanceof Error)) throw new Error("the update was expected to fail");
      return failure.message;
    },
    stateFile: () =>
      readFileSync(join(directory, "backend", ".pulumi", "stacks", "contract", "test.json"), "utf8"),
  };
}

async function observe(
  stack: Stack,
  program: (() => void) | undefined,
  operation: (options: { onEvent: (event: EngineEvent) => void }) => Promise<unknown>,
): Promise<Update> {
  const update: Update = { steps: [], diagnostics: [] };
  if (program !== undefined) stack.workspace.program = async () => program();
  await operation({
    onEvent: ({ resourcePreEvent, diagnosticEvent }) => {
      const step = resourcePreEvent?.metadata;
      if (step !== undefined && !/pulumi:(pulumi|providers):/.test(step.type)) {
        update.steps.push({ op: step.op, name: step.urn.split("::").at(-1) ?? "" });
      }
      if (diagnosticEvent !== undefined && SHOWN.includes(diagnosticEvent.severity)) {
        update.diagnostics.push(diagnosticEvent.message);
      }
    },
  });
  return update;
}
