/** Asks a host how it is, over SSH and without changing anything that is to last. */
import { digestIn } from "../render/script.ts";
import { runOverSsh } from "../ssh/client.ts";
import type { SshTarget } from "../ssh/target.ts";
import { type HostReading, parseReading } from "./hostReading.ts";

/** A host that was reached, but whose script failed. */
export class ReadingError extends Error {
  override name = "ReadingError";
}

/** A host that another version has converged, and keeps in a way that this one does not know. */
export class FormatError extends ReadingError {
  override name = "FormatError";
}

/** How host/format.sh ends a run; EX_DATAERR of sysexits.h. */
const unknownFormat = 65;

/** A host that says nothing for so long is not waited for. */
const longestSeconds = 30;

/** One that stands still cannot even tell that it takes too long. */
const graceSeconds = 10;

/** How a host is read. */
export interface ReadOptions {
  /** Leave the script on the host, in memory, for what will change it next. Default: false. */
  readonly layScript?: boolean;
}

/**
 * The host as it is now, beside the plan that `script` is for: the whole script, or what launches the one that the host
 * keeps. Throws an SshError when the host cannot be reached, and a {@link ReadingError} with what it said when it cannot
 * tell.
 */
export async function readHost(
  target: SshTarget,
  script: string,
  { layScript = false }: ReadOptions = {},
): Promise<HostReading> {
  const action = layScript ? "read lay" : "read";
  const command = {
    command: `timeout ${longestSeconds} bash -s -- ${action}`,
    stdin: script,
    longestSeconds: longestSeconds + graceSeconds,
  };
  const { exitCode, stdout, stderr } = await runOverSsh(target, command);
  if (exitCode === 124) throw new ReadingError(`the host does not tell how it is within ${longestSeconds} s`);
  if (exitCode === unknownFormat) throw new FormatError(stderr.trim());
  if (exitCode !== 0) throw new ReadingError(stderr.trim() || `the host cannot be read (exit ${exitCode})`);
  return parseReading(stdout, digestIn(script));
}
