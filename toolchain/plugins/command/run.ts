/** What remote and local commands have in common: their inputs, what a run is given and gives back, and error texts. */
import type { Properties } from "../properties.ts";
import type { Property } from "./schema.ts";

/** What a command printed, without its last line break. */
export interface Outputs {
  stdout: string;
  stderr: string;
}

/** One run of a command. */
export interface Run {
  command: string;
  /** The resource's inputs, secrets in clear. */
  inputs: Properties;
  /** What the last create or update printed; offered to the command unless the resource declines it. */
  previous: Outputs;
  /** Shows a line beside the resource while it is worked on. */
  logLine(line: string): void;
  /** Aborted when the user cancels: ends retries, leaves a running command alone. */
  signal: AbortSignal;
}

/** Inputs of every command resource. */
export const commonInputs: Record<string, Property> = {
  create: { kind: "string" },
  update: { kind: "string" },
  delete: { kind: "string" },
  triggers: { kind: "list" },
  stdin: { kind: "string" },
  logging: { kind: ["stdout", "stderr", "stdoutAndStderr", "none"] },
  addPreviousOutputInEnv: { kind: "boolean" },
};

/** Environment variables holding what the previous run printed. */
export function previousOutputs({ inputs, previous }: Run): Record<string, string> {
  if (inputs.addPreviousOutputInEnv === false) return {};
  return {
    ...(previous.stdout && { PULUMI_COMMAND_STDOUT: previous.stdout }),
    ...(previous.stderr && { PULUMI_COMMAND_STDERR: previous.stderr }),
  };
}

/** Gathers what a command prints, and shows the streams its `logging` input names line by line. */
export class Transcript {
  readonly #stdout: string[] = [];
  readonly #stderr: string[] = [];
  readonly #interleaved: string[] = [];
  readonly #run: Run;
  #unfinishedLine = "";

  constructor(run: Run) {
    this.#run = run;
  }

  /** Takes a piece of standard output. */
  readonly stdout = (text: string): void => this.#take(text, this.#stdout, "stdout");
  /** Takes a piece of standard error. */
  readonly stderr = (text: string): void => this.#take(text, this.#stderr, "stderr");

  /** The outputs of a command that ended well. */
  outputs(): Outputs {
    this.#flush();
    return {
      stdout: this.#stdout.join("").replace(/\n$/, ""),
      stderr: this.#stderr.join("").replace(/\n$/, ""),
    };
  }

  /** The error of a command that did not, in the official provider's words. */
  failure(how: string): Error {
    this.#flush();
    return new Error(`${how}: running ${quote(this.#run.command)}:\n${this.#interleaved.join("")}`);
  }

  #take(text: string, stream: string[], name: "stdout" | "stderr"): void {
    stream.push(text);
    this.#interleaved.push(text);
    const logging = this.#run.inputs.logging ?? "stdoutAndStderr";
    if (logging !== name && logging !== "stdoutAndStderr") return;
    const lines = (this.#unfinishedLine + text).split(/\r?\n/);
    this.#unfinishedLine = lines.pop() ?? "";
    for (const line of lines) this.#run.logLine(line);
  }

  #flush(): void {
    if (this.#unfinishedLine !== "") this.#run.logLine(this.#unfinishedLine);
    this.#unfinishedLine = "";
  }
}

/** A string in quotes as Go's %q prints it. */
function quote(text: string): string {
  const short: Record<string, string> = { "\u0007": "\\a", "\u000b": "\\v" };
  return JSON.stringify(text)
    .replace(/\\u00([01][0-9a-f])/g, (_, hex: string) => {
      return short[String.fromCharCode(Number.parseInt(hex, 16))] ?? `\\x${hex}`;
    })
    .replaceAll("\u007f", "\\x7f");
}
