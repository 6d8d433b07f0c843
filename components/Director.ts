/** A host that balances virtual services: the kernel's IPVS table, the daemon that checks real servers, and the VIPs. */
import * as pulumi from "@pulumi/pulumi";
import { configError } from "../config/configError.ts";
import { directorLines } from "../config/schema/extraLines.ts";
import { type Cluster, entry } from "../model/cluster.ts";
import type { HealthEngine } from "../model/lvs.ts";
import { clusterIssues } from "../model/rules.ts";
import { onlySystem } from "../model/system.ts";
import { planDirector } from "../render/director.ts";
import type { HostPlan } from "../render/hostPlan.ts";
import { DirectorOrder } from "../rollout/directorOrder.ts";
import { directorChange } from "../rollout/timeline.ts";
import { Turns } from "../rollout/turns.ts";
import { agreement } from "./agreement.ts";
import { directorArgsSchema } from "./argsSchemas.ts";
import type { HostArgs } from "./convergedHost.ts";
import { converge, declaredHost, linkTo } from "./convergedHost.ts";
import { showTableChanges } from "./directorPreview.ts";
import { checkedLines, type DirectorLinesArgs, linesToPlan } from "./extraLines.ts";
import { around } from "./hooks.ts";
import type { RealServer } from "./RealServer.ts";
import type { RoutedMember, VirtualRouter } from "./VirtualRouter.ts";
import type { VirtualService } from "./VirtualService.ts";
import { validated } from "./validate.ts";

/** Arguments of a director. */
export interface DirectorArgs extends HostArgs {
  /** The link that the director and the real servers share, in CIDR notation, for example `192.0.2.0/24`. */
  readonly subnet: pulumi.Input<string>;
  /** The other directors that share the VIPs. Default: none, this one holds them for good. */
  readonly virtualRouter?: VirtualRouter | undefined;
  /** What to balance. The director is converged after all their real servers, and given back before them. */
  readonly virtualServices: readonly VirtualService[];
  /** Real servers that serve none of these now but may have done so: they are drained too. Default: none. */
  readonly formerRealServers?: readonly RealServer[] | undefined;
  /** The daemon that fills the kernel's table and checks real servers: `ldirectord` or `keepalived`. Default: `ldirectord`. */
  readonly healthEngine?: pulumi.Input<HealthEngine> | undefined;
  /** Lines in the own languages of the director's daemons, for what has no argument here; they may be secrets. Default: none. */
  readonly extraLines?: pulumi.Input<DirectorLinesArgs> | undefined;
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
    args.virtualRouter?.admit(name);
    const realServers = [...new Set(args.virtualServices.flatMap((service) => service.realServers))];
    const neighbours = [...new Set([...realServers, ...(args.formerRealServers ?? [])])];
    const virtualServices = args.virtualServices.map((service) =>
      pulumi
        .all([service.spec, linesToPlan(service.extraLines)])
        .apply(([spec, extraLines]) => ({ ...spec, extraLines })),
    );
    const extraLines = checkedLines(directorLines, "extraLines", args.extraLines);
    const plan = pulumi
      .output({
        host: {
          address: args.address,
          interface: args.interface,
          subnet: args.subnet,
          healthEngine: args.healthEngine,
        },
        realServers: realServers.map((server) => server.spec),
        virtualServices,
        extraLines: linesToPlan(extraLines),
        sharing: args.virtualRouter?.sharing,
      })
      .apply(({ host, sharing, ...services }) => {
        const { subnet, healthEngine, ...self } = validated(directorArgsSchema, `directors.${name}`, host);
        const directors = sharing?.directors ?? [
          { name, priority: 1, ...self, interface: self.interface, system: onlySystem },
        ];
        return planChecked(name, { subnet, directors, vrrp: sharing?.vrrp, healthEngine, ...services });
      });
    super("lvs:index:Director", name, { ...declaredHost(args, plan), extraLines: args.extraLines }, options);
    this.name = name;
    this.address = pulumi.output(args.address);
    const host = linkTo(name, this, args, plan, (change) =>
      showTableChanges(this, change, args.allowBreakingConnections ?? false),
    );
    const order = args.virtualRouter?.order ?? new DirectorOrder<RoutedMember>([name]);
    const turns = new Turns(host, args.maxUnavailable ?? 1);
    for (const server of neighbours) server.directors.push(turns);
    const command: pulumi.Resource = converge(host, this, args, {
      ...options,
      after: order
        .before(host)
        .then((directors) => [
          ...neighbours,
          ...(args.virtualRouter ? [args.virtualRouter.members] : []),
          ...directors.map((director) => director.command()),
        ]),
      oldAddressFirst: true,
      aroundUpdate: around(this, directorChange, { host, order, realServers: neighbours }),
    });
    order.join({ host, command: () => command, realServers: neighbours });
    // A virtual router judges its directors as a whole.
    const whole = args.virtualRouter ? {} : { agreement: agreement(this, order.members) };
    this.registerOutputs({ address: this.address, ...whole });
  }
}

/** The plan of one director; throws one message with everything that is wrong between it and its services. */
function planChecked(name: string, cluster: Cluster): HostPlan {
  const issues = clusterIssues(cluster);
  if (issues.length > 0) throw configError(issues);
  const director = entry(Object.fromEntries(cluster.directors.map((each) => [each.name, each])), name);
  return planDirector(cluster, director);
}
