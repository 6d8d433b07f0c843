/** A host that serves virtual services: silent in ARP, the VIPs on its loopback, Apache if asked for. */
import * as pulumi from "@pulumi/pulumi";
import type { RealServer as Spec } from "../model/cluster.ts";
import { onlySystem } from "../model/system.ts";
import { planRealServer } from "../render/realServer.ts";
import { realServerChange } from "../rollout/timeline.ts";
import type { Turns } from "../rollout/turns.ts";
import { realServerArgsSchema } from "./argsSchemas.ts";
import { converge, declaredHost, type HostArgs, linkTo, type Machine } from "./convergedHost.ts";
import { around } from "./hooks.ts";
import { machineOf } from "./ssh.ts";
import type { SshHost } from "./sshHost.ts";
import { validated } from "./validate.ts";

/** Arguments of a real server. */
export interface RealServerArgs extends HostArgs {
  /** VIPs held on the loopback as /32. A service can send connections here only for one of these. */
  readonly vips: pulumi.Input<readonly pulumi.Input<string>[]>;
  /** Have Apache installed and configured. Default: the application is yours. */
  readonly apache?: ApacheArgs | undefined;
}

/** What a managed Apache serves, over plain HTTP. */
export interface ApacheArgs {
  /** Ports to listen on, 1 to 65535: those of the services that this host serves. Default: `[80]`. */
  readonly ports?: pulumi.Input<readonly pulumi.Input<number>[]> | undefined;
  /** Paths that answer 200: those that the services' health checks fetch. Default: `["/healthz"]`. */
  readonly healthPaths?: pulumi.Input<readonly pulumi.Input<string>[]> | undefined;
  /** Folder to serve. Default: a folder of our own with a page that names the host. */
  readonly documentRoot?: pulumi.Input<string> | undefined;
  /** Any text; another one brings the package to its newest version and restarts Apache. Default: none. */
  readonly revision?: pulumi.Input<string> | undefined;
}

/** A real server, checked and resolved. */
export interface ResolvedRealServer extends Machine {
  readonly spec: pulumi.Output<Spec>;
}

/** A host that serves, converged over SSH: it is silent in ARP for its VIPs before it holds them. */
export class RealServer extends pulumi.ComponentResource {
  /** Name of the host in virtual services. */
  readonly name: string;
  /** The host's own address. */
  readonly address: pulumi.Output<string>;
  /** Everything resolved; virtual services read it. */
  readonly spec: pulumi.Output<Spec>;
  /** @internal */
  readonly host: SshHost;
  /** The directors that may send connections here, each with the turns of its real servers. @internal */
  readonly directors: Turns[] = [];

  constructor(name: string, args: RealServerArgs, options?: pulumi.ComponentResourceOptions);
  /** @internal */
  constructor(name: string, realServer: ResolvedRealServer, options?: pulumi.ComponentResourceOptions);
  constructor(
    name: string,
    args: RealServerArgs | ResolvedRealServer,
    options: pulumi.ComponentResourceOptions = {},
  ) {
    const { spec, ...machine } = "spec" in args ? args : resolve(name, args);
    const plan = spec.apply(planRealServer);
    super("lvs:index:RealServer", name, declaredHost(machine, plan), options);
    this.name = name;
    this.address = machine.address;
    this.spec = spec;
    this.host = linkTo(name, this, machine, plan);
    converge(this.host, this, machine, {
      ...options,
      after: Promise.resolve([]),
      oldAddressFirst: false,
      aroundUpdate: around(this, realServerChange, this),
    });
    this.registerOutputs({ address: this.address, vips: spec.vips });
  }
}

function resolve(name: string, args: RealServerArgs): ResolvedRealServer {
  const path = `realServers.${name}`;
  const { ports = [80], healthPaths = ["/healthz"], documentRoot, revision } = args.apache ?? {};
  const apache = args.apache && { ports, healthPaths, documentRoot, revision };
  const spec = pulumi
    .output({ address: args.address, interface: args.interface, vips: args.vips, apache })
    .apply((declared) => {
      const { apache: web, ...host } = validated(realServerArgsSchema, path, declared);
      return {
        name,
        system: onlySystem,
        ...host,
        interface: host.interface,
        apache: web && { ...web, documentRoot: web.documentRoot, revision: web.revision },
      };
    });
  return { spec, ...machineOf(path, args) };
}
