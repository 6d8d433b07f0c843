/** Runs inline programs through the real Pulumi engine for tests whose stacks outlive a single test. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { LocalWorkspace, PulumiCommand, type PulumiFn, type Stack } from "@pulumi/pulumi/automation/index.js";
import { isolatedPulumi } from "./workspace.ts";

/** An engine with a home, a backend and a working directory of its own. */
export interface PluginEngine {
  /** A directory for the test's files; gone after `close`. */
  readonly directory: string;
  /** The stack of that name, running `program` from now on. */
  stack(name: string, program: PulumiFn): Promise<Stack>;
  close(): Promise<void>;
}

/** Makes an engine that knows only this repository's plugins and keeps its state under the system's temporary directory. */
export async function openPluginEngine(): Promise<PluginEngine> {
  const directory = await mkdtemp(join(tmpdir(), "pulumi-lvs-test-"));
  const { command, env } = await isolatedPulumi(directory);
  const pulumiCommand = await PulumiCommand.get(
    command === "pulumi" ? {} : { root: dirname(dirname(command)), skipVersionCheck: true },
  );
  return {
    directory,
    stack: async (stackName, program) => {
      const workDir = join(directory, "program", stackName);
      await mkdir(workDir, { recursive: true });
      return LocalWorkspace.createOrSelectStack(
        { stackName, projectName: "contract", program },
        { workDir, pulumiCommand, pulumiHome: join(directory, "home"), envVars: env },
      );
    },
    close: () => rm(directory, { recursive: true }),
  };
}
