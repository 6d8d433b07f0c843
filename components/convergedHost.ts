/** One host held at its plan by one remote command: checks, converges and verifies on create and update, gives back on delete. */
import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { HostPlan } from "../render/hostPlan.ts";
import { describePlan } from "../render/hostPlan.ts";
import { renderScript } from "../render/script.ts";
import type { SshArgs } from "./ssh.ts";
import { connectionTo } from "./ssh.ts";

/** A host to work on: the way in, and what its component should know of the machine. */
export interface HostAccess {
  /** How to reach the host. */
  readonly ssh: SshArgs;
  /** Identity of the machine behind the address, for example an instance id; when it changes, the host is converged anew. Default: none. */
  readonly machineId?: pulumi.Input<string> | undefined;
  /** Options for the host's component. Default: none. */
  readonly options?: pulumi.ComponentResourceOptions | undefined;
}

/** What every host needs, whatever its role. */
export interface HostArgs extends Omit<HostAccess, "options"> {
  /** The host's own IPv4 address on the link it shares with the others; another one is another machine. */
  readonly address: pulumi.Input<string>;
  /** Interface that must hold `address`. Default: whichever does. */
  readonly interface?: pulumi.Input<string> | undefined;
}

/** What a preview shows of a host: the plan in words. */
export function declaredHost(args: HostArgs, plan: pulumi.Output<HostPlan>): pulumi.Inputs {
  return { address: args.address, plan: plan.apply(describePlan) };
}

/** The command that holds `parent`'s host at `plan`, after everything in `after`. */
export function converge(
  name: string,
  parent: pulumi.ComponentResource,
  args: HostArgs,
  plan: pulumi.Output<HostPlan>,
  options: pulumi.ComponentResourceOptions & { readonly after: readonly pulumi.Resource[] },
): remote.Command {
  const script = pulumi
    .all([plan, args.machineId ?? ""])
    .apply(([what, machine]) => renderScript(what, machine));
  return new remote.Command(
    name,
    {
      connection: connectionTo(name, args.address, args.ssh),
      create: "bash -s -- converge",
      delete: "bash -s -- remove",
      stdin: script,
      logging: "stderr",
      addPreviousOutputInEnv: false,
    },
    {
      parent,
      dependsOn: [...options.after],
      // Another address is another machine: give the old one back with its own recorded connection, then begin anew.
      replacementTrigger: args.address,
      deleteBeforeReplace: true,
      // The component shows the plan; the script around it says nothing more.
      hideDiffs: ["stdin"],
      ...(options.deletedWith && { deletedWith: options.deletedWith }),
    },
  );
}
