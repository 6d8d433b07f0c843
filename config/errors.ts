/** Turns everything that is wrong with a configuration into one message: path, value given, what to do. */
import type { z } from "zod";
import { hidden, type Issue } from "../model/issue.ts";
import { secretKeys } from "./credentials.ts";
import { meantBy } from "./spelling.ts";

/** Every mistake on a line of its own, under a title that counts them. */
export function explain(issues: readonly Issue[]): string {
  const title = issues.length === 1 ? "a mistake" : `${issues.length} mistakes`;
  return `the configuration has ${title}:\n${issues.map((issue) => `  ${line(issue)}`).join("\n")}`;
}

/** The issues of a failed zod parse, which must have run with `reportInput: true`. */
export function issuesOf(error: z.ZodError, prefix = ""): Issue[] {
  const missing = error.issues.filter(
    ({ code, input }) => code !== "unrecognized_keys" && input === undefined,
  );
  const misspelt = new Set<z.core.$ZodIssue>();
  const issues = error.issues.map((issue): [z.core.$ZodIssue, Issue[]] => {
    if (issue.code !== "unrecognized_keys") return [issue, [wrongValue(issue, prefix)]];
    const beside = missing.filter(({ path }) => pathOf(path.slice(0, -1)) === pathOf(issue.path));
    const unknown = issue.keys.map((key) => {
      const meant = meantBy(
        key,
        beside.map(({ path }) => String(path.at(-1))),
      );
      for (const found of beside.filter(({ path }) => path.at(-1) === meant)) misspelt.add(found);
      const remedy = meant === undefined ? issue.message : `unknown key; did you mean ${meant}?`;
      // It may be the misspelt name of a secret.
      return { path: pathOf([prefix, ...issue.path, key]), given: hidden, remedy };
    });
    return [issue, unknown];
  });
  return issues.flatMap(([issue, lines]) => (misspelt.has(issue) ? [] : lines));
}

/** The issue where what is given there may be a secret. */
export function withoutValue(issue: Issue): Issue {
  return { ...issue, given: hidden };
}

function wrongValue(issue: z.core.$ZodIssue, prefix: string): Issue {
  const path = pathOf([prefix, ...issue.path]);
  if (secretKeys.includes(String(issue.path.at(-1)))) return { path, given: hidden, remedy: issue.message };
  // A mapping of no known type is reported as a whole.
  if (issue.code === "invalid_union") return { path, given: typeIn(issue), remedy: issue.message };
  // A key that breaks the rule for names is reported on the mapping that holds it.
  if (issue.code !== "invalid_key") return { path, given: issue.input, remedy: issue.message };
  return { path, given: issue.path.at(-1), remedy: issue.issues[0]?.message ?? issue.message };
}

function typeIn({ input, path }: z.core.$ZodIssue): unknown {
  return (input as Readonly<Record<PropertyKey, unknown>>)[path.at(-1) ?? ""];
}

function pathOf(parts: readonly PropertyKey[]): string {
  return parts.filter((part) => part !== "").join(".");
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
