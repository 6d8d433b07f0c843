/** Checks component arguments against the same schema as the configuration. */
import type { z } from "zod";
import { configError } from "../config/configError.ts";
import { issuesOf } from "../config/errors.ts";

/** `value` with defaults filled in; throws one message with every mistake, each under `path`. */
export function validated<T extends z.ZodType>(schema: T, path: string, value: unknown): z.output<T> {
  const parsed = schema.safeParse(withoutUndefined(value), { reportInput: true });
  if (!parsed.success) throw configError(issuesOf(parsed.error, path));
  return parsed.data;
}

/** An argument that was not given is a missing key for the schema. */
function withoutUndefined(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
