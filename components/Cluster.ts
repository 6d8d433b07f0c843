/** A whole cluster from its configuration: directors, real servers and virtual services, checked together. */
import * as pulumi from "@pulumi/pulumi";
import type * as model from "../model/cluster.ts";
import * as summary from "../model/summary.ts";
import type { ClusterArgs } from "./clusterArgs.ts";
import { partsOf } from "./clusterParts.ts";
import { Director } from "./Director.ts";
import { shownLines } from "./extraLines.ts";
import { RealServer } from "./RealServer.ts";
import type { CheckedCluster } from "./told.ts";
import { VirtualRouter } from "./VirtualRouter.ts";

/**
 * A cluster of hosts that are there. Everything that is wrong with its arguments is told in one message before a host is
 * touched. Each host is a resource under the name that it has here, so that within one program a name is used once. Services
 * are none: the engine would write the whole state three times for each, and a table may have more than a thousand. A
 * preview shows them in the directors' plans and in the outputs.
 */
export class Cluster extends pulumi.ComponentResource {
  /** Address of the main service: the first, by name, that is checked over HTTP or HTTPS; without one, the first. */
  readonly vip: pulumi.Output<string | undefined>;
  /** URL of the main service; undefined where none is checked over HTTP or HTTPS. */
  readonly url: pulumi.Output<string | undefined>;
  /** Every service: name, address, port, protocol, forwarding, scheduler, real servers with weights. */
  readonly virtualServices: pulumi.Output<summary.ServiceSummary[]>;
  /** Name and address of each director. */
  readonly directors: pulumi.Output<summary.HostSummary[]>;
  /** Name and address of each real server. */
  readonly realServers: pulumi.Output<summary.HostSummary[]>;

  constructor(name: string, args: ClusterArgs, options?: pulumi.ComponentResourceOptions);
  /** @internal */
  constructor(name: string, checked: CheckedCluster, options?: pulumi.ComponentResourceOptions);
  constructor(
    name: string,
    args: ClusterArgs | CheckedCluster,
    componentOptions?: pulumi.ComponentResourceOptions,
  ) {
    const { cluster, ...parts } = partsOf(name, args);
    super(
      "lvs:index:Cluster",
      name,
      {
        subnet: cluster.subnet,
        healthEngine: cluster.healthEngine,
        serviceLines: shownLines(cluster.apply(linesOfServices)),
      },
      componentOptions,
    );

    const realServers = Object.entries(parts.realServers).map(([host, { resolved, options }]) => {
      return new RealServer(host, resolved, { parent: this, ...options });
    });
    const virtualRouter = new VirtualRouter(name, parts.virtualRouter, { parent: this });
    for (const [host, { resolved, options }] of Object.entries(parts.directors)) {
      new Director(host, { ...resolved, virtualRouter, realServers }, { parent: this, ...options });
    }

    this.vip = cluster.apply(summary.vip);
    this.url = cluster.apply(summary.url);
    this.virtualServices = cluster.apply(summary.virtualServices);
    this.directors = cluster.apply(({ directors }) => summary.hosts(directors));
    this.realServers = cluster.apply(({ realServers }) => summary.hosts(realServers));
    this.registerOutputs({
      vip: this.vip,
      url: this.url,
      virtualServices: this.virtualServices,
      directors: this.directors,
      realServers: this.realServers,
    });
  }
}

/** Those of services that have any: the directors' plans do not show that a secret has changed. */
function linesOfServices({ virtualServices }: model.Cluster) {
  const lines = virtualServices
    .map(({ name, extraLines: { isSecret: _, ...ofDaemons } }) => [name, ofDaemons] as const)
    .filter(([, ofDaemons]) => Object.values(ofDaemons).flat().length > 0);
  return {
    ...Object.fromEntries(lines),
    isSecret: virtualServices.some(({ extraLines }) => extraLines.isSecret),
  };
}
