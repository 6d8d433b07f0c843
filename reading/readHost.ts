/** Asks a host how it is, over SSH and without changing anything. */
import { runOverSsh } from "../ssh/client.ts";
import type { SshTarget } from "../ssh/target.ts";
import { type HostReading, parseReading } from "./hostReading.ts";

/** A host that was reached, but whose script failed. */
export class ReadingError extends Error {
  override name = "ReadingError";
}

/** A host that says nothing for so long is not waited for. */
const longestSeconds = 30;

/**
 * The host as it is now, beside the plan in `script`; throws an SshError when it cannot be reached, and a
 * {@link ReadingError} with what it said when it cannot tell.
 */
export async function readHost(target: SshTarget, script: string): Promise<HostReading> {
  const command = { command: `timeout ${longestSeconds} bash -s -- read`, stdin: script };
  const { exitCode, stdout, stderr } = await runOverSsh(target, command);
  if (exitCode === 124) throw new ReadingError(`the host does not tell how it is within ${longestSeconds} s`);
  if (exitCode !== 0) throw new ReadingError(stderr.trim() || `the host cannot be read (exit ${exitCode})`);
  return parseReading(stdout, /^digest=(\w+)$/m.exec(script)?.[1] ?? "");
}
