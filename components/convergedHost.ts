/** One host held at its plan by one remote command: checks, converges and verifies on create and update, gives back on delete. */
import { remote } from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import type { Connection } from "../reading/target.ts";
import type { HostPlan } from "../render/hostPlan.ts";
import { describePlan } from "../render/hostPlan.ts";
import { type Judge, readForChange } from "./hostChange.ts";
import type { SshArgs } from "./ssh.ts";
import { SshHost } from "./sshHost.ts";

/** What every host needs, whatever its role. */
export interface HostArgs {
  /** The host's own IPv4 address on the link it shares with the others; another one is another machine. */
  readonly address: pulumi.Input<string>;
  /** Interface that must hold `address`. Default: whichever does. */
  readonly interface?: pulumi.Input<string> | undefined;
  /** How to reach the host. */
  readonly ssh: SshArgs;
  /** Identity of the machine behind the address, for example an instance id: nothing is asked of the host before it is known. Default: none. */
  readonly machineId?: pulumi.Input<string> | undefined;
}

/** A machine and the way in, checked. */
export interface Machine {
  readonly address: pulumi.Output<string>;
  readonly connection: pulumi.Output<Connection>;
  readonly machineId: pulumi.Input<string>;
}

/** What a preview shows of a host: the plan in words. */
export function declaredHost({ address }: Machine, plan: pulumi.Output<HostPlan>): pulumi.Inputs {
  return { address, plan: plan.apply(describePlan) };
}

/** A way to a host, from the moment at which its component knows how to reach it. */
export function linkTo(
  name: string,
  parent: pulumi.ComponentResource,
  { connection, machineId }: Machine,
  plan: pulumi.Output<HostPlan>,
  judge: Judge = () => {},
): SshHost {
  const change = readForChange(name, parent, plan, connection, machineId, judge);
  return new SshHost(name, parent, connection, change);
}

/** What else an update of a host involves. */
export interface ConvergeOptions extends pulumi.ComponentResourceOptions {
  /** What must be there before. */
  readonly after: Promise<pulumi.Resource[]>;
  /** If the host's address changes: true gives the old host back before the new one is converged, false at the very end. */
  readonly oldAddressFirst: boolean;
  readonly aroundUpdate: pulumi.ResourceHookBinding;
}

/** The command that holds `parent`'s host at its plan. */
export function converge(
  host: SshHost,
  parent: pulumi.ComponentResource,
  { address }: Machine,
  options: ConvergeOptions,
): remote.Command {
  return new remote.Command(
    host.name,
    {
      connection: host.connection,
      create: "bash -s -- converge",
      delete: "bash -s -- remove",
      stdin: host.launcher,
      logging: "stderr",
      addPreviousOutputInEnv: false,
    },
    {
      parent,
      dependsOn: options.after,
      // Another address is another machine: the old one is given back over its own recorded connection.
      replacementTrigger: address,
      deleteBeforeReplace: options.oldAddressFirst,
      hooks: options.aroundUpdate,
      // The component shows the plan; the script around it says nothing more.
      hideDiffs: ["stdin"],
      ...(options.deletedWith && { deletedWith: options.deletedWith }),
    },
  );
}
