/** A host that balances virtual services: the kernel's IPVS table, the daemon that checks real servers, and the VIPs. */
import * as pulumi from "@pulumi/pulumi";
import { configError } from "../config/configError.ts";
import { directorLines } from "../config/schema/extraLines.ts";
import { type Cluster, entry } from "../model/cluster.ts";
import type { HealthEngine } from "../model/lvs.ts";
import { clusterIssues } from "../model/rules.ts";
import { onlySystem } from "../model/system.ts";
import { planDirector } from "../render/director.ts";
import { DirectorOrder } from "../rollout/directorOrder.ts";
import { directorChange } from "../rollout/timeline.ts";
import { Turns } from "../rollout/turns.ts";
import { agreement } from "./agreement.ts";
import { directorArgsSchema } from "./argsSchemas.ts";
import { converge, declaredHost, type HostArgs, linkTo, type Machine } from "./convergedHost.ts";
import { showTableChanges } from "./directorPreview.ts";
import { checkedLines, type DirectorLinesArgs, linesToPlan, shownLines } from "./extraLines.ts";
import { around } from "./hooks.ts";
import { settled } from "./output.ts";
import type { RealServer } from "./RealServer.ts";
import { machineOf } from "./ssh.ts";
import { changed, refuseUnread } from "./unread.ts";
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
  /** Real servers that may be out of service at a time for a change of their own, 1 to 1000. Default: 1. */
  readonly maxUnavailable?: pulumi.Input<number> | undefined;
  /** Allow changes that must end connections; without it they fail before anything happens. Default: false. */
  readonly allowBreakingConnections?: pulumi.Input<boolean> | undefined;
}

/** A director, and the cluster that it balances, checked and resolved. */
export interface ResolvedDirector extends Machine {
  readonly cluster: pulumi.Output<Cluster>;
  readonly changes: pulumi.Output<Changes>;
  readonly virtualRouter?: VirtualRouter | undefined;
  /** All that it may send connections to, or did. */
  readonly realServers: readonly RealServer[];
}

/** What a change may do to connections; fields as in the configuration. */
interface Changes {
  readonly maxUnavailable: number;
  readonly allowBreakingConnections: boolean;
}

/** A host that balances, converged over SSH: it holds the VIPs once the kernel's table is filled. */
export class Director extends pulumi.ComponentResource {
  /** Name of the host in messages. */
  readonly name: string;
  /** The host's own address. */
  readonly address: pulumi.Output<string>;

  constructor(name: string, args: DirectorArgs, options?: pulumi.ComponentResourceOptions);
  /** @internal */
  constructor(name: string, director: ResolvedDirector, options?: pulumi.ComponentResourceOptions);
  constructor(
    name: string,
    args: DirectorArgs | ResolvedDirector,
    options: pulumi.ComponentResourceOptions = {},
  ) {
    args.virtualRouter?.admit(name);
    const { cluster, changes, virtualRouter, realServers, ...machine } =
      "cluster" in args ? args : resolve(name, args);
    const plan = cluster.apply((whole) => planDirector(whole, directorOf(whole, name)));
    const extraLines = shownLines(cluster.apply((whole) => whole.extraLines));
    super("lvs:index:Director", name, { ...declaredHost(machine, plan), extraLines }, options);
    this.name = name;
    this.address = machine.address;
    const host = linkTo(name, this, machine, plan, async (change) => {
      await showTableChanges(this, change, (await settled(changes)).allowBreakingConnections);
      await refuseUnread(name, change, realServers);
    });
    const order = virtualRouter?.order ?? new DirectorOrder<RoutedMember>([name]);
    const turns = new Turns(host, async () => (await settled(changes)).maxUnavailable);
    for (const server of realServers) server.directors.push(turns);
    const command: pulumi.Resource = converge(host, this, machine, {
      ...options,
      after: order
        .before(host)
        .then(async (directors) => [
          ...(await changed(realServers)),
          ...(virtualRouter ? [virtualRouter.members] : []),
          ...directors.map((director) => director.command()),
        ]),
      oldAddressFirst: true,
      aroundUpdate: around(this, directorChange, { host, order, realServers }),
    });
    order.join({ host, command: () => command, realServers });
    // A virtual router judges its directors as a whole.
    const whole = virtualRouter ? {} : { agreement: agreement(this, order.members) };
    this.registerOutputs({ address: this.address, ...whole });
  }
}

/** The cluster as this director is told of it; fails with one message of everything that is wrong in it. */
function resolve(name: string, args: DirectorArgs): ResolvedDirector {
  const {
    virtualRouter,
    virtualServices,
    formerRealServers = [],
    extraLines,
    ssh,
    machineId,
    ...told
  } = args;
  const path = `directors.${name}`;
  const declared = pulumi.output(told).apply((written) => validated(directorArgsSchema, path, written));
  const realServers = [...new Set(virtualServices.flatMap((service) => service.realServers))];
  const cluster = pulumi
    .output({
      declared,
      realServers: realServers.map(({ spec }) => spec),
      virtualServices: virtualServices.map(withLines),
      extraLines: linesToPlan(checkedLines(directorLines, "extraLines", extraLines)),
      sharing: virtualRouter?.sharing,
    })
    .apply(({ declared: { subnet, healthEngine, address, interface: device }, sharing, ...balanced }) => {
      const alone = { name, priority: 1, address, interface: device, system: onlySystem };
      const { directors, vrrp } = sharing ?? { directors: [alone], vrrp: undefined };
      return judged({ subnet, directors, vrrp, healthEngine, ...balanced });
    });
  return {
    cluster,
    changes: declared,
    virtualRouter,
    realServers: [...new Set([...realServers, ...formerRealServers])],
    ...machineOf(path, args),
  };
}

function withLines({ spec, extraLines }: VirtualService): pulumi.Output<Cluster["virtualServices"][number]> {
  return pulumi.all([spec, linesToPlan(extraLines)]).apply(([service, lines]) => {
    return { ...service, extraLines: lines };
  });
}

function judged(cluster: Cluster): Cluster {
  const issues = clusterIssues(cluster);
  if (issues.length > 0) throw configError(issues);
  return cluster;
}

function directorOf({ directors }: Cluster, name: string): Cluster["directors"][number] {
  return entry(Object.fromEntries(directors.map((each) => [each.name, each])), name);
}
