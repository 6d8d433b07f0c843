/** A host's script that is cut at one of its steps, or lists them: the real text, with `cut.sh` before its last line. */
import { readFileSync } from "node:fs";
import { shellWord } from "../../render/shellWord.ts";

/** How a run is cut: all its processes are killed, its SSH connection is cut, or the host's power is. */
export type Way = "kill" | "connection" | "reboot";

/** A moment of a run. */
export interface Step {
  /** What the run does before or after it; unique within the run. */
  readonly name: string;
  /** Whether the host differs from what it was at the step before; where it does not, a cut leaves the same host. */
  readonly changed: boolean;
}

const cutter = readFileSync(new URL("cut.sh", import.meta.url), "utf8");
const lastLine = /^main .*\n$/m;

/** `script` that is cut at the step named `at`. */
export function cutAt(script: string, at: string, way: Way): string {
  return instrumented(script, { at, way });
}

/** `script` that is cut at its first step that matches `pattern` (ERE) and was not `passed` before. */
export function cutAtNext(script: string, pattern: string, passed: readonly string[]): string {
  return instrumented(script, { pattern, passed: passed.join("\n") });
}

/** `script` that runs to its end and prints its steps, which {@link stepsOf} reads. To `compare` the host takes time. */
export function listingSteps(script: string, compare = false): string {
  return instrumented(script, { compare: compare ? "yes" : "" });
}

/** The steps that a run has printed, in their order. */
export function stepsOf(stdout: string): Step[] {
  const printed = [...stdout.matchAll(/^step\t(.*)\t(.*)$/gm)];
  return printed.map(([, fingerprint, name = ""], index) => ({
    name,
    changed: fingerprint !== printed[index - 1]?.[1],
  }));
}

/** The step at which a run was cut; undefined where it came to its end. */
export function cutOf(stdout: string): string | undefined {
  return /^cut\t(.*)$/m.exec(stdout)?.[1];
}

interface Cut {
  readonly at?: string;
  readonly way?: Way;
  readonly pattern?: string;
  readonly passed?: string;
  readonly compare?: string;
}

function instrumented(script: string, cut: Cut): string {
  const main = lastLine.exec(script);
  if (!main) throw new Error("a host's script does not end with its call of main");
  const data = { at: "", way: "kill", pattern: "", passed: "", compare: "", ...cut };
  const given = Object.entries(data).map(([key, value]) => `cut_${key}=${shellWord(value)}`);
  return [script.slice(0, main.index), ...given, cutter, main[0]].join("\n");
}
