/** A whole cluster from its configuration: directors, real servers and virtual services, checked together. */
import * as pulumi from "@pulumi/pulumi";
import * as summary from "../model/summary.ts";
import type { ClusterArgs } from "./clusterArgs.ts";
import { partsOf } from "./clusterParts.ts";
import { Director } from "./Director.ts";
import { RealServer } from "./RealServer.ts";
import type { CheckedCluster } from "./told.ts";
import { VirtualRouter } from "./VirtualRouter.ts";
import { VirtualService } from "./VirtualService.ts";

/**
 * A cluster of hosts that are there. Everything that is wrong with its arguments is told in one message before a host is
 * touched. Each part is a resource under the name that it has here, so that within one program a name is used once for a
 * host, and once for a service.
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
      { subnet: cluster.subnet, healthEngine: cluster.healthEngine },
      componentOptions,
    );

    const servers = new Map(
      Object.entries(parts.realServers).map(([host, { resolved, options }]) => {
        return [host, new RealServer(host, resolved, { parent: this, ...options })];
      }),
    );
    for (const [service, { spec, realServers }] of Object.entries(parts.virtualServices)) {
      const serving = realServers.flatMap((host) => servers.get(host) ?? []);
      new VirtualService(service, { spec, realServers: serving }, { parent: this });
    }
    const virtualRouter = new VirtualRouter(name, parts.virtualRouter, { parent: this });
    for (const [host, { resolved, options }] of Object.entries(parts.directors)) {
      const balanced = { virtualRouter, realServers: [...servers.values()] };
      new Director(host, { ...resolved, ...balanced }, { parent: this, ...options });
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
