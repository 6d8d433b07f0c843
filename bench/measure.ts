/** Runs one command to its end and measures it from outside: wall time, and memory of all its processes. */
import { execa } from "execa";
import { SetupError } from "../setup/rung.ts";
import { peakMemoryMebibytes } from "./memory.ts";

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

export interface Measurement {
  readonly seconds: number;
  /** Highest sum over all processes of the command, a shared page counted once. */
  readonly peakMemoryMebibytes: number;
}

/** Throws a {@link SetupError} with the end of what the command printed when it fails. `signal` ends it. */
export async function measure(
  { command, args, env, cwd }: Command,
  signal: AbortSignal,
): Promise<Measurement> {
  signal.throwIfAborted();
  const ended = new AbortController();
  const started = performance.now();
  const run = execa(command, args, {
    env,
    cwd,
    all: true,
    stdin: "ignore",
    reject: false,
    cancelSignal: signal,
  });
  const memory = run.pid === undefined ? 0 : peakMemoryMebibytes(run.pid, ended.signal);
  const { failed, all, shortMessage } = await run;
  const seconds = (performance.now() - started) / 1000;
  ended.abort();
  signal.throwIfAborted();
  if (failed) throw new SetupError(`${shortMessage}\n${all.split("\n").slice(-40).join("\n")}`);
  return { seconds, peakMemoryMebibytes: await memory };
}
