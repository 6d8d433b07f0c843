/** Hosts that exist before any stack knows of them: lab containers, by default with nothing but sshd, and no cluster on them. */
import { dirname } from "node:path";
import { output, unsecret } from "@pulumi/pulumi";
import { LocalWorkspace, PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import { Lab, type LabArgs } from "../../lab/Lab.ts";
import type { SshTarget } from "../../ssh/target.ts";
import { isolatedPulumi } from "../toolchain/workspace.ts";

export interface Machines {
  readonly privateKey: string;
  /** `ssh-ed25519 AAAA…` by host name. */
  readonly hostKeys: Readonly<Record<string, string>>;
  /** Root's way in. */
  readonly targets: Readonly<Record<string, SshTarget>>;
  readonly remove: () => Promise<void>;
}

/** Starts them with the program's own lab component, on a backend below `directory`. */
export async function startMachines(directory: string, lab: LabArgs): Promise<Machines> {
  const { command, env } = await isolatedPulumi(directory);
  const pulumiCommand = await PulumiCommand.get(
    command === "pulumi" ? {} : { root: dirname(dirname(command)), skipVersionCheck: true },
  );
  const program = async () => {
    const { hosts } = new Lab("lab", { image: "bare", ...lab });
    const ssh = Object.entries(hosts).map(([name, host]) => [name, host.ssh] as const);
    return {
      hostKeys: output(Object.fromEntries(ssh.map(([name, { hostKey }]) => [name, hostKey]))),
      privateKey: unsecret(output(ssh[0]?.[1].privateKey)),
    };
  };
  const machines = await LocalWorkspace.createStack(
    { stackName: "machines", projectName: "machines", program },
    { pulumiCommand, workDir: directory, envVars: env },
  );
  const { outputs } = await machines.up();
  const hostKeys = outputs.hostKeys?.value as Record<string, string>;
  const privateKey = outputs.privateKey?.value as string;
  const target = ({ name, address }: LabArgs["hosts"][number]): [string, SshTarget] => [
    name,
    { host: address, user: "root", privateKey, hostKey: hostKeys[name] ?? "", dialErrorLimit: 30 },
  ];
  return {
    privateKey,
    hostKeys,
    targets: Object.fromEntries(lab.hosts.map(target)),
    remove: async () => void (await machines.destroy()),
  };
}
