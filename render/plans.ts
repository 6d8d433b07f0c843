/** The plan of every host of a cluster. */
import type { Cluster } from "../model/cluster.ts";
import { planDirector } from "./director.ts";
import type { HostPlan } from "./hostPlan.ts";
import { planRealServer } from "./realServer.ts";

/** In an order that is safe: real servers before directors. */
export function plansOf(cluster: Cluster): HostPlan[] {
  return [
    ...cluster.realServers.map(planRealServer),
    ...cluster.directors.map((director) => planDirector(cluster, director)),
  ];
}
