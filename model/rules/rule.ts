/** A rule, and what it finds. */
import type { Cluster } from "../cluster.ts";
import type { Issue } from "../issue.ts";

/** One thing that must hold. */
export interface Rule {
  readonly id: string;
  /** Why the rule exists, for documentation and reviewers. */
  readonly reason: string;
  readonly check: (cluster: Cluster) => Issue[];
}

export function issue(path: string, given: unknown, remedy: string): Issue {
  return { path, given, remedy };
}
