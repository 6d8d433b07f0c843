/** Reads a stack's state, asks its hosts, and prints what they say. */
import { format, formatIn } from "../render/script.ts";
import { readPulumi, type Stack } from "../setup/backend.ts";
import { SetupError } from "../setup/rung.ts";
import { requestFromClient } from "./answers.ts";
import { collectStatus } from "./collect.ts";
import { showStatus } from "./show.ts";
import { parseStackState, type StackState } from "./stackState.ts";

/** Enough to see every real server of a small cluster answer in proportion. */
const sampleRequests = 12;

/** The stack's state; throws a {@link SetupError} when it is not up, or another version keeps it in a way that this one does not know. */
export async function readStack(stack: Stack): Promise<StackState> {
  const state = parseStackState(await readPulumi(stack, ["stack", "export", "--show-secrets"]));
  if (state.hosts.length === 0) {
    throw new SetupError(
      `stack ${stack.name} is not up; \`npm run up -- --stack ${stack.name}\` brings it up`,
    );
  }
  for (const { script } of state.hosts) requireFormat(stack.name, formatIn(script));
  return state;
}

/** Throws a {@link SetupError} where a stack is not kept as this version keeps it (host/format.sh). */
export function requireFormat(stack: string, kept: number): void {
  if (kept === format) return;
  const formats = `(it keeps format ${kept}, this version ${format})`;
  throw new SetupError(
    kept > format
      ? `a newer version of pulumi-lvs has brought stack ${stack} up ${formats}; use that version`
      : `an older version of pulumi-lvs has brought stack ${stack} up ${formats}; \`npm run up -- --stack ${stack}\` upgrades its hosts, or says what to do`,
  );
}

/** Prints the status; throws a {@link SetupError} when the stack is not up. Returns 1 where the cluster has a fault, else 0. */
export async function reportStatus(stack: Stack, { json }: { readonly json: boolean }): Promise<number> {
  const state = await readStack(stack);
  const status = await collectStatus(stack.name, state);
  // Only a lab has a client; hosts of one's own are shown on machines without a Docker engine too.
  const answers =
    state.hasLab && status.url ? await requestFromClient(stack.name, status.url, sampleRequests) : undefined;
  console.log(
    json ? JSON.stringify({ ...status, ...(answers && { answers }) }, null, 2) : showStatus(status, answers),
  );
  return status.faults.length === 0 ? 0 : 1;
}
