/** Prints what the set-up does and why, on standard error so that standard output stays the program's own. */
import ora from "ora";
import pc from "picocolors";

/** What the doctor says about one thing the project needs. */
export interface Finding {
  /** The thing, such as `Pulumi CLI`. */
  what: string;
  present: boolean;
  /** Where it is and which version; or how the gap would be filled. */
  detail: string;
}

/** Something the user has to put right; its message says where and what to do, and is all there is to show. */
export class SetupError extends Error {
  override name = "SetupError";
}

/** Prints one line about a step of the set-up. */
export function report(line: string): void {
  process.stderr.write(`${pc.dim("•")} ${line}\n`);
}

/** A terminal has room for one. */
let isSpinning = false;

/**
 * Prints what is done and shows that it goes on: a spinner on a terminal, a line each half minute elsewhere, and for what is
 * done beside the work that has the spinner.
 */
export async function reportLongWork<T>(
  title: string,
  work: (show: (detail: string) => void) => Promise<T>,
): Promise<T> {
  return process.stderr.isTTY && !isSpinning ? withSpinner(title, work) : withLines(title, work);
}

async function withSpinner<T>(
  title: string,
  work: (show: (detail: string) => void) => Promise<T>,
): Promise<T> {
  const started = Date.now();
  const spinner = ora({ text: title, stream: process.stderr }).start();
  isSpinning = true;
  let detail = "";
  const timer = setInterval(() => {
    spinner.text = `${title} ${pc.dim([elapsed(started), detail].filter(Boolean).join(" "))}`;
  }, 1000);
  try {
    const result = await work((text) => {
      detail = text;
    });
    spinner.succeed(`${title} ${pc.dim(elapsed(started))}`);
    return result;
  } catch (error) {
    spinner.fail(title);
    throw error;
  } finally {
    clearInterval(timer);
    isSpinning = false;
  }
}

async function withLines<T>(title: string, work: (show: (detail: string) => void) => Promise<T>): Promise<T> {
  const started = Date.now();
  report(title);
  let detail = "";
  const timer = setInterval(
    () => report(`  ${[elapsed(started), detail].filter(Boolean).join(" ")}`),
    30_000,
  );
  try {
    const result = await work((text) => {
      detail = text;
    });
    report(`  done in ${elapsed(started)}`);
    return result;
  } finally {
    clearInterval(timer);
  }
}

function elapsed(started: number): string {
  const seconds = Math.round((Date.now() - started) / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
