/** Turns everything that is wrong with a configuration into one message: path, value given, what to do. */
import type { z } from "zod";

/** One mistake: where it is, what stands there, and what to do about it. */
export interface Issue {
  /** Path in the stack's configuration, e.g. `virtualServices.web.port`. */
  readonly path: string;
  /** The value found there; undefined when nothing is. */
  readonly given: unknown;
  readonly remedy: string;
}

/** Given under an unknown key, which may be the misspelt name of a secret; it is not printed. */
const hidden = Symbol("hidden");

/** Every mistake on a line of its own, under a title that counts them. */
export function explain(issues: readonly Issue[]): string {
  const title = issues.length === 1 ? "a mistake" : `${issues.length} mistakes`;
  return `the configuration has ${title}:\n${issues.map((issue) => `  ${line(issue)}`).join("\n")}`;
}

/** The issues of a failed zod parse, which must have run with `reportInput: true`. */
export function issuesOf(error: z.ZodError, prefix = ""): Issue[] {
  return error.issues.flatMap((issue): Issue[] => {
    const path = [prefix, ...issue.path].filter((part) => part !== "").join(".");
    if (issue.code !== "unrecognized_keys") {
      // A key that breaks the rule for names is reported on the mapping that holds it.
      const given = issue.code === "invalid_key" ? issue.path.at(-1) : issue.input;
      const remedy =
        issue.code === "invalid_key" ? (issue.issues[0]?.message ?? issue.message) : issue.message;
      return [{ path, given, remedy }];
    }
    return issue.keys.map((key) => ({
      path: path ? `${path}.${key}` : key,
      given: hidden,
      remedy: issue.message,
    }));
  });
}

function line({ path, given, remedy }: Issue): string {
  if (given === hidden) return `${path}: ${remedy}`;
  return `${path}: ${given === undefined ? "missing" : `given ${show(given)}`}; ${remedy}`;
}

function show(value: unknown): string {
  const text = JSON.stringify(value);
  if (text.includes("PRIVATE KEY")) return "a private key";
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
