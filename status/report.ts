/** Reads a stack's state, asks its hosts, and prints what they say. */
import { readPulumi, type Stack } from "../setup/backend.ts";
import { SetupError } from "../setup/rung.ts";
import { requestFromClient } from "./answers.ts";
import { collectStatus } from "./collect.ts";
import { showStatus } from "./show.ts";
import { parseStackState, type StackState } from "./stackState.ts";

/** Enough to see every real server of a small cluster answer in proportion. */
const sampleRequests = 12;

/** The stack's state; throws a {@link SetupError} when it is not up. */
export async function readStack(stack: Stack): Promise<StackState> {
  const state = parseStackState(await readPulumi(stack, ["stack", "export", "--show-secrets"]));
  if (state.hosts.length > 0) return state;
  throw new SetupError(`stack ${stack.name} is not up; \`npm run up -- --stack ${stack.name}\` brings it up`);
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
