/** What the benchmarks' command lines share: Ctrl-C ends a benchmark tidily, and its errors are for people. */
import { InvalidArgumentError } from "commander";
import pc from "picocolors";
import { SetupError } from "../setup/rung.ts";

const interruption = new AbortController();

/** Aborted by Ctrl-C, so that what was started is removed. */
export const interrupted = interruption.signal;

/** Runs a benchmark to its end; an error for people is shown as its message, and ends the process with 1, or 130 after Ctrl-C. */
export async function runBenchmark(benchmark: () => Promise<void>): Promise<void> {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => interruption.abort(new SetupError("interrupted; everything was removed")));
  }
  try {
    await benchmark();
  } catch (error) {
    // Whatever Ctrl-C has ended complains in its own way.
    const reason: unknown = interrupted.aborted ? interrupted.reason : error;
    if (!(reason instanceof SetupError)) throw error;
    console.error(`${pc.red("error:")} ${reason.message}`);
    process.exitCode = interrupted.aborted ? 130 : 1;
  }
}

/** Takes the value of an option that counts something. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`give a whole number from ${least} on`);
  };
}
