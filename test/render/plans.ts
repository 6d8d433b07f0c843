/** The plans of every host of a cluster, and the stack files that tests render. */
import { readdirSync } from "node:fs";
import { basename } from "node:path";
import type { Cluster } from "../../model/cluster.ts";
import { planDirector } from "../../render/director.ts";
import type { HostPlan } from "../../render/hostPlan.ts";
import { sharingOf } from "../../render/keepalived.ts";
import { planRealServer } from "../../render/realServer.ts";
import { clusterOf, inCheckout, readStack } from "../fixtures.ts";

/** Directors first, in the order of the cluster. */
export function plansOf(cluster: Cluster): HostPlan[] {
  return [
    ...cluster.directors.map((director) =>
      planDirector(director, cluster.virtualServices, sharingOf(cluster), cluster.healthEngine),
    ),
    ...cluster.realServers.map(planRealServer),
  ];
}

/** Name and cluster of each stack file that is rendered to `golden/`. */
export const fixtures: readonly { readonly name: string; readonly cluster: Cluster }[] = [
  "Pulumi.dev.yaml",
  "examples/Pulumi.example.yaml",
  ...readdirSync(inCheckout("test/render/fixtures")).map((name) => `test/render/fixtures/${name}`),
].map((path) => ({
  name: basename(path, ".yaml").replace("Pulumi.", ""),
  cluster: clusterOf(readStack(path)),
}));
