/** A host that balances virtual services: the kernel's IPVS table, the daemon that checks real servers, and the VIPs. */
import * as pulumi from "@pulumi/pulumi";
import { configError } from "../config/configError.ts";
import { directorArgsSchema } from "../config/schema.ts";
import type { Cluster, Director as Spec } from "../model/cluster.ts";
import { clusterIssues } from "../model/rules.ts";
import { planDirector } from "../render/director.ts";
import type { HostPlan } from "../render/hostPlan.ts";
import type { HostArgs } from "./convergedHost.ts";
import { converge, declaredHost, linkTo } from "./convergedHost.ts";
import { afterDirector } from "./directorHooks.ts";
import { showTableChanges } from "./directorPreview.ts";
import type { RealServer } from "./RealServer.ts";
import { Roll } from "./roll.ts";
import type { VirtualService } from "./VirtualService.ts";
import { validated } from "./validate.ts";

/** Arguments of a director. */
export interface DirectorArgs extends HostArgs {
  /** The link that the director and the real servers share, in CIDR notation, for example `192.0.2.0/24`. */
  readonly subnet: pulumi.Input<string>;
  /** What to balance. The director is converged after all their real servers, and given back before them. */
  readonly virtualServices: readonly VirtualService[];
  /** Real servers that serve none of these now but may have done so: they are drained too. Default: none. */
  readonly formerRealServers?: readonly RealServer[] | undefined;
  /** Real servers that may be out of service at a time for a change of their own, at least 1. Default: 1. */
  readonly maxUnavailable?: number | undefined;
  /** Allow changes that must end connections; without it they fail before anything happens. Default: false. */
  readonly allowBreakingConnections?: boolean | undefined;
}

/** A host that balances, converged over SSH: it holds the VIPs once the kernel's table is filled. */
export class Director extends pulumi.ComponentResource {
  /** Name of the host in messages. */
  readonly name: string;
  /** The host's own address. */
  readonly address: pulumi.Output<string>;

  constructor(name: string, args: DirectorArgs, options: pulumi.ComponentResourceOptions = {}) {
    const realServers = [...new Set(args.virtualServices.flatMap((service) => service.realServers))];
    const neighbours = [...new Set([...realServers, ...(args.formerRealServers ?? [])])];
    const plan = pulumi
      .output({
        host: { address: args.address, interface: args.interface, subnet: args.subnet },
        realServers: realServers.map((server) => server.spec),
        virtualServices: args.virtualServices.map((service) => service.spec),
      })
      .apply(({ host, ...services }) => {
        const { subnet, address, interface: link } = validated(directorArgsSchema, `directors.${name}`, host);
        return planChecked(subnet, { name, address, interface: link }, services);
      });
    super("lvs:index:Director", name, declaredHost(args, plan), options);
    this.name = name;
    this.address = pulumi.output(args.address);
    const link = linkTo(name, this, args, plan, (change) =>
      showTableChanges(this, change, args.allowBreakingConnections ?? false),
    );
    const roll = new Roll(link, args.maxUnavailable ?? 1);
    for (const server of neighbours) server.directors.push(roll);
    converge(link, this, args, {
      ...options,
      after: neighbours,
      oldAddressFirst: true,
      aroundUpdate: afterDirector(name, neighbours),
    });
    this.registerOutputs({ address: this.address });
  }
}

/** The plan of one director; throws one message with everything that is wrong between it and its services. */
function planChecked(
  subnet: string,
  director: Spec,
  services: Pick<Cluster, "realServers" | "virtualServices">,
): HostPlan {
  const issues = clusterIssues({ subnet, directors: [director], ...services });
  if (issues.length > 0) throw configError(issues);
  return planDirector(director, services.virtualServices);
}
