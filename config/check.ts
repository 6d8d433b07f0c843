/** From what is written, in a stack file or as arguments, to the cluster that it means: checked, resolved and judged once. */
import type { z } from "zod";
import type { Cluster } from "../model/cluster.ts";
import { type Issue, isWithin } from "../model/issue.ts";
import { clusterIssues } from "../model/rules.ts";
import { issuesOf, withoutValue } from "./errors.ts";
import { labIssues } from "./lab.ts";
import { resolveCluster } from "./resolve.ts";
import { dependsOn, salvage } from "./salvage.ts";
import type { Config } from "./schema.ts";
import { secretIssues } from "./secrets.ts";
import { sshIssues } from "./ssh.ts";

/** What is written, and what is known of it besides. */
export interface Written {
  readonly values: unknown;
  /** Tells the cluster from others on its link. */
  readonly name: string;
  /** Dotted paths under which there is a secret somewhere, keys for SSH aside: no value there is printed. */
  readonly secrets: readonly string[];
  /** Dotted paths of values that are not known yet: nothing is said about these, nor about what depends on them. */
  readonly unknown: readonly string[];
}

/** What is written, defaults filled in, and the cluster that it means. */
export interface Meaning {
  readonly config: Config;
  readonly cluster: Cluster;
}

/** What checking has found. */
export interface Finding {
  /** Every mistake. */
  readonly issues: readonly Issue[];
  /** Of the well-formed part; undefined where that is too little. */
  readonly meaning: Meaning | undefined;
}

/** Checks what is written by `schema`. */
export function check(schema: z.ZodType<Config>, { values, name, secrets, unknown }: Written): Finding {
  const shown = (issue: Issue) =>
    secrets.some((secret) => isWithin(issue.path, secret)) ? withoutValue(issue) : issue;
  const parsed = schema.safeParse(values, { reportInput: true });
  const malformed = parsed.success
    ? []
    : issuesOf(parsed.error).filter(({ path }) => !unknown.includes(path));
  const rest = parsed.success ? { config: parsed.data, missing: unknown } : salvage(schema, values, unknown);
  if (!rest) return { issues: malformed.map(shown), meaning: undefined };

  const { config, missing } = rest;
  const cluster = resolveCluster(config, name, secrets);
  const hostsAreAllThatMisses = missing.every((path) =>
    /^(directors|realServers|virtualServices)\./.test(path),
  );
  const broken = [
    ...(missing.length === 0 ? secretIssues(config, secrets) : []),
    ...(hostsAreAllThatMisses ? [...labIssues(config), ...sshIssues(config)] : []),
    ...clusterIssues(cluster),
  ].filter((issue) => !missing.some((path) => dependsOn(issue, path)));
  return { issues: [...malformed, ...broken].map(shown), meaning: { config, cluster } };
}
