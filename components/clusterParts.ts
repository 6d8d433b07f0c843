/** What each part of a cluster is to be, known as soon as all that it hangs on is. */
import * as pulumi from "@pulumi/pulumi";
import type { Meaning } from "../config/check.ts";
import { isMapping } from "../config/credentials.ts";
import { routeTo } from "../config/ssh.ts";
import type { Cluster } from "../model/cluster.ts";
import type { ClusterArgs } from "./clusterArgs.ts";
import type { Machine } from "./convergedHost.ts";
import type { ResolvedDirector } from "./Director.ts";
import { notKnown } from "./output.ts";
import type { ResolvedRealServer } from "./RealServer.ts";
import { connectionOver, machineOf } from "./ssh.ts";
import { type CheckedCluster, type Told, told } from "./told.ts";
import type { ResolvedRouter } from "./VirtualRouter.ts";

/** The parts of a cluster, by name. */
export interface ClusterParts {
  readonly cluster: pulumi.Output<Cluster>;
  readonly virtualRouter: ResolvedRouter;
  readonly directors: Readonly<Record<string, HostPart<Omit<ResolvedDirector, "realServers">>>>;
  readonly realServers: Readonly<Record<string, HostPart<ResolvedRealServer>>>;
}

interface HostPart<T> {
  readonly resolved: T;
  readonly options: Pick<pulumi.ComponentResourceOptions, "deletedWith">;
}

/** The parts of the cluster `name`. Where anything is wrong with it, all of them fail with one message. */
export function partsOf(name: string, args: ClusterArgs | CheckedCluster): ClusterParts {
  const all = told(name, args);
  const cluster = known(all, isOfCluster, (meaning) => meaning.cluster);
  const changes = known(all, isIn("maxUnavailable", "allowBreakingConnections"), ({ config }) => config);
  const services = mapped(mappingIn(all.written, "virtualServices"), (_, service) =>
    Object.keys(mappingIn(service, "realServers")),
  );
  const directors = hostParts(all, "directors", (_, machine) => ({ ...machine, cluster, changes }));
  return {
    cluster,
    virtualRouter: {
      names: Object.keys(directors),
      sharing: cluster.apply(({ vrrp, directors }) => vrrp && { vrrp, directors }),
    },
    directors,
    realServers: hostParts(all, "realServers", (host, machine) => {
      const served = Object.keys(services).filter((service) => services[service]?.includes(host));
      const hangsOn = isIn(`realServers.${host}`, ...served.map((service) => `virtualServices.${service}`));
      const spec = known(
        all,
        (path) => isOfCluster(path) && hangsOn(path),
        ({ cluster }) => cluster.realServers.find((each) => each.name === host),
      );
      return { ...machine, spec };
    }),
  };
}

function hostParts<T>(
  { written, found, credentials, machines }: Told,
  kind: "directors" | "realServers",
  resolve: (host: string, machine: Machine) => T,
): Record<string, HostPart<T>> {
  return mapped(mappingIn(written, kind), (host, settings) => {
    const path = `${kind}.${host}`;
    const { ssh, machineId = "", deletedWith } = machines[host] ?? {};
    const address = pulumi.output(isMapping(settings) ? (settings.address as string) : "");
    const route = known({ found }, isIn("ssh", `${path}.ssh`, `${path}.address`), ({ config }) => {
      const reached = config[kind][host];
      return reached && routeTo(reached, config.ssh);
    });
    const machine = ssh
      ? machineOf(path, { address, ssh, machineId })
      : { address, connection: connectionOver(route, credentials), machineId };
    return { resolved: resolve(host, machine), options: deletedWith ? { deletedWith } : {} };
  });
}

/** A part of the meaning, as soon as nothing that it hangs on is open. */
function known<T>(
  { found }: Pick<Told, "found">,
  hangsOn: (path: string) => boolean,
  partOf: (meaning: Meaning) => T | undefined,
): pulumi.Output<T> {
  return found.apply(({ meaning, unknown }): T => {
    const part = meaning && !unknown.some(hangsOn) ? partOf(meaning) : undefined;
    return part ?? notKnown<T>();
  }) as pulumi.Output<T>;
}

/** Whether a path leads where one of the others does, to something in it, or to what it is in. */
function isIn(...others: readonly string[]): (path: string) => boolean {
  return (path) =>
    others.some((other) => `${path}.`.startsWith(`${other}.`) || `${other}.`.startsWith(`${path}.`));
}

/** Whether a path leads to what the cluster is, and not to how its hosts are reached. */
function isOfCluster(path: string): boolean {
  return !/^(ssh|(directors|realServers)\.[^.]+\.ssh)(\.|$)/.test(path);
}

/** The mapping under a key; empty where something else is there, which checking finds. */
function mappingIn(written: unknown, key: string): Readonly<Record<string, unknown>> {
  const inner = isMapping(written) ? written[key] : undefined;
  return isMapping(inner) ? inner : {};
}

function mapped<T, U>(mapping: Readonly<Record<string, T>>, of: (name: string, value: T) => U) {
  return Object.fromEntries(Object.entries(mapping).map(([name, value]) => [name, of(name, value)]));
}
