/** Measures how long a new weight takes until the director's kernel balances by it. */
import { execa } from "execa";
import { type Command, type Measurement, measure } from "./measure.ts";
import type { OpenSsh } from "./openSsh.ts";

/** `seconds` is when the tool was done, `effectiveSeconds` when the kernel had the weight. */
export interface ChangeMeasurement extends Measurement {
  readonly effectiveSeconds: number;
}

/** What to look for in the director's table. */
export interface NewWeight {
  readonly director: string;
  /** `ADDRESS:PORT`. */
  readonly realServer: string;
  readonly weight: number;
}

const longestSeconds = 300;

/** Runs the command while a connection of its own watches `ipvsadm -Sn`. */
export async function measureChange(
  command: Command,
  { configFile }: OpenSsh,
  { director, realServer, weight }: NewWeight,
  signal: AbortSignal,
): Promise<ChangeMeasurement> {
  const rule = `-r ${realServer} -g -w ${weight}`;
  const watch = `echo watching; until ipvsadm -Sn | grep -qF -- '${rule}'; do sleep 0.05; done; echo effective`;
  const args = ["-F", configFile, director, `timeout ${longestSeconds} bash -c "${watch}"`];
  const watcher = execa("ssh", args, { cancelSignal: signal });
  const lines = watcher.iterable();
  await lines.next();
  const started = performance.now();
  const effective = lines.next().then(() => (performance.now() - started) / 1000);
  const done = await measure(command, signal);
  const effectiveSeconds = await effective;
  await watcher;
  return { ...done, effectiveSeconds };
}
