/** Takes what is malformed out of a configuration, so that the rules can judge the rest and all mistakes show at once. */
import type { z } from "zod";
import type { Issue } from "../model/issue.ts";
import type { Config } from "./schema.ts";

/** What is left of a configuration. */
export interface Salvage {
  readonly config: Config;
  /** Paths of what is missing from it, for example `realServers.web1`; nothing can be said about these. */
  readonly missing: readonly string[];
}

/** Undefined where too little is well-formed to judge. What is at the paths `unknown` is missing already. */
export function salvage(
  schema: z.ZodType<Config>,
  written: unknown,
  unknown: readonly string[],
): Salvage | undefined {
  const rest: unknown = structuredClone(written);
  const missing = new Set(unknown);
  // First the malformed values go, so that defaults stand in; then the entries that cannot be without them.
  for (const depthOf of [wholePath, namedEntry, namedEntry]) {
    const parsed = schema.safeParse(rest);
    if (parsed.success) return { config: parsed.data, missing: [...missing] };
    for (const path of parsed.error.issues.flatMap(faultyPaths)) {
      const cut = path.slice(0, depthOf(path));
      missing.add(cut.join("."));
      remove(rest, cut);
    }
  }
  return undefined;
}

/** Whether an issue may be there only because `missing` was taken out: nothing should be said of it then. */
export function dependsOn({ path, given }: Issue, missing: string): boolean {
  const [, name, ...inner] = missing.split(".");
  const entryIsGone = name !== undefined && inner.length === 0;
  return (
    `${path}.`.startsWith(`${missing}.`) ||
    `${missing}.`.startsWith(`${path}.`) ||
    // Settings of one nested mapping qualify each other.
    (inner.length > 1 && parentOf(path) === parentOf(missing)) ||
    (entryIsGone && (given === name || path.split(".").includes(name)))
  );
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("."));
}

function wholePath(path: readonly PropertyKey[]): number {
  return path.length;
}

/** `realServers.web1` of `realServers.web1.ssh.port`. */
function namedEntry(path: readonly PropertyKey[]): number {
  return Math.min(path.length, 2);
}

function faultyPaths(issue: z.core.$ZodIssue): PropertyKey[][] {
  return issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
}

function remove(container: unknown, path: readonly PropertyKey[]): void {
  const [key, ...inner] = path;
  if (typeof container !== "object" || container === null || key === undefined) return;
  if (inner.length === 0) Reflect.deleteProperty(container, key);
  else remove(Reflect.get(container, key), inner);
}
