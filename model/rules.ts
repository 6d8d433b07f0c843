/** What a cluster must satisfy beyond the shape of its settings, as a list of named rules. */
import type { Cluster } from "./cluster.ts";
import type { Issue } from "./issue.ts";
import { apacheRules } from "./rules/apache.ts";
import { balancingRules } from "./rules/balancing.ts";
import { extraLineRules } from "./rules/extraLines.ts";
import { hostRules } from "./rules/hosts.ts";
import type { Rule } from "./rules/rule.ts";
import { serviceRules } from "./rules/services.ts";

/** Every mistake in the cluster, rule by rule. */
export function clusterIssues(cluster: Cluster): Issue[] {
  return rules.flatMap((rule) => rule.check(cluster));
}

/** Every rule, in the order in which its mistakes are shown. */
export const rules: readonly Rule[] = [
  ...hostRules,
  ...serviceRules,
  ...balancingRules,
  ...apacheRules,
  ...extraLineRules,
];
