/** What the cases of rules are made of: a small valid cluster, and changes to it. */
import type { Cluster } from "../../../model/cluster.ts";
import type { Issue } from "../../../model/issue.ts";
import { clusterOf, readStack, type Settings, withChanges } from "../../fixtures.ts";

export const settings = readStack("test/config/valid/lab.yaml");
export const web = "virtualServices.web";
export const secondService = { address: "198.18.7.101", port: 80, realServers: { web1: {} } };
export const secondDirector = { address: "198.18.7.12", interface: "eth0" };
export const bareServer = { address: "198.18.7.23" };

export interface RuleCase {
  /** Keeps the rule, narrowly. */
  readonly kept: Cluster;
  readonly broken: Cluster;
  readonly issues: readonly Issue[];
}

export function issue(path: string, given: unknown, remedy: string): Issue {
  return { path, given, remedy };
}

export function changed(changes: Settings): Cluster {
  return clusterOf(withChanges(settings, changes));
}

export function withVips(vips: readonly string[]): Cluster {
  const cluster = clusterOf(settings);
  const realServers = cluster.realServers.map((server) =>
    server.name === "web1" ? { ...server, vips } : server,
  );
  return { ...cluster, realServers };
}

export function udpService(
  healthCheck: Settings,
  where: Settings = { address: "198.18.7.101", port: 53 },
): Cluster {
  return changed({
    "realServers.ns1": bareServer,
    "virtualServices.dns": { ...where, protocol: "udp", healthCheck, realServers: { ns1: {} } },
  });
}
