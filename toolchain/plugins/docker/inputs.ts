/** Inputs of a Docker resource: what is allowed, what is unknown yet, and which of them a change touches. */
import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import { type Properties, UNKNOWN } from "../properties.ts";
import type { CheckFailure } from "../serve.ts";

/** Everything the schema holds against these inputs; a value that is unknown at preview is judged later. */
export function checkInputs(schema: z.ZodType, inputs: Properties): CheckFailure[] {
  const result = schema.safeParse(inputs);
  if (result.success) return [];
  return result.error.issues.flatMap((issue): CheckFailure[] => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        property: pathText([...issue.path, key]),
        reason: `input ${pathText([...issue.path, key])} is not covered by the built-in stand-in for the docker plugin`,
      }));
    }
    if (valueAt(inputs, issue.path) === UNKNOWN) return [];
    return [{ property: pathText(issue.path), reason: `input ${pathText(issue.path)}: ${issue.message}` }];
  });
}

/**
 * The top-level properties that differ. Lists are compared as sets, as the official plugin declares nearly all of
 * them (labels, uploads, networks, …); `ordered` names the exceptions.
 */
export function changedProperties(
  old: Properties,
  now: Properties,
  ordered: readonly string[] = [],
): string[] {
  const keys = new Set([...Object.keys(old), ...Object.keys(now)]);
  return [...keys].filter((key) => {
    const normalize = ordered.includes(key) ? (value: unknown) => value : unordered;
    return !isDeepStrictEqual(normalize(old[key]), normalize(now[key]));
  });
}

function unordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unordered).sort(byText);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, unordered(item)]));
}

function byText(a: unknown, b: unknown): number {
  const [textA, textB] = [JSON.stringify(a), JSON.stringify(b)];
  return textA < textB ? -1 : textA > textB ? 1 : 0;
}

/** The value at the path, or the unknown that stands for it or for one of its parents. */
function valueAt(inputs: Properties, path: readonly PropertyKey[]): unknown {
  let value: unknown = inputs;
  for (const key of path) {
    if (value === UNKNOWN || typeof value !== "object" || value === null) break;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) =>
      typeof key === "number" ? `${text}[${key}]` : text ? `${text}.${String(key)}` : String(key),
    "",
  );
}
