/** Reads a stack's state, asks its hosts, and prints what they say. */
import { execa } from "execa";
import type { Stack } from "../setup/backend.ts";
import { projectDirectory } from "../setup/directories.ts";
import { SetupError } from "../setup/rung.ts";
import { requestFromClient } from "./answers.ts";
import { collectStatus } from "./collect.ts";
import { showStatus } from "./show.ts";
import { parseStackState } from "./stackState.ts";

/** Enough to see every real server of a small cluster answer in proportion. */
const sampleRequests = 12;

/** Prints the status; returns the exit code: 0, or 1 when the stack is not up. */
export async function reportStatus(stack: Stack, { json }: { readonly json: boolean }): Promise<number> {
  const state = parseStackState(await exportState(stack));
  if (state.hosts.length === 0) {
    throw new SetupError(
      `stack ${stack.name} is not up; \`npm run up -- --stack ${stack.name}\` brings it up`,
    );
  }
  const status = await collectStatus(stack.name, state);
  const answers = status.url ? await requestFromClient(stack.name, status.url, sampleRequests) : undefined;
  console.log(
    json ? JSON.stringify({ ...status, ...(answers && { answers }) }, null, 2) : showStatus(status, answers),
  );
  return 0;
}

async function exportState({ cli, env, name }: Stack): Promise<string> {
  const args = ["stack", "export", "--show-secrets", "--stack", name];
  const { stdout } = await execa(cli.command, args, { cwd: projectDirectory, env });
  return stdout;
}
