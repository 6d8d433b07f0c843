/** Checks component arguments against the same schema as the configuration. */
import type { z } from "zod";
import { configError } from "../config/configError.ts";
import { issuesOf, withoutValue } from "../config/errors.ts";

/** `value` with defaults filled in; throws one message with every mistake, each under `path`, and without a secret's value. */
export function validated<T extends z.ZodType>(
  schema: T,
  path: string,
  value: unknown,
  isSecret = false,
): z.output<T> {
  const parsed = schema.safeParse(withoutUndefined(value), { reportInput: true });
  if (!parsed.success) {
    const issues = issuesOf(parsed.error, path);
    throw configError(isSecret ? issues.map(withoutValue) : issues);
  }
  return parsed.data;
}

/** An argument that was not given is a missing key for the schema. */
function withoutUndefined(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
