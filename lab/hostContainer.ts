/** One lab host as a container: systemd and sshd with the least rights that let it hold addresses and sysctls. */
import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { LabHostArgs } from "./Lab.ts";
import { hostLabel, stackLabel } from "./labels.ts";
import { machineNameservers } from "./nameservers.ts";

/** What makes a host: what it is for, and what the lab has made for it. */
export interface HostContainerArgs extends LabHostArgs {
  readonly stack: string;
  readonly memoryMebibytes: number;
  readonly networkId: pulumi.Input<string>;
  readonly imageId: pulumi.Input<string>;
  readonly hostPrivateKey: pulumi.Input<string>;
  readonly authorizedKey: pulumi.Input<string>;
}

/** Left of a host's memory for User-Mode Linux itself and the container's other processes, in MiB. */
const OUTSIDE_GUEST_MEBIBYTES = 64;

/**
 * Of processor time, where there is too little; another container has 1024. A director that waits for it is taken for
 * dead by the other one.
 */
const DIRECTOR_CPU_SHARES = 8192;

/** The container of one host. */
export function hostContainer(
  args: HostContainerArgs,
  options: pulumi.CustomResourceOptions,
): docker.Container {
  const { stack, name, role, memoryMebibytes } = args;
  const guestMebibytes = memoryMebibytes - OUTSIDE_GUEST_MEBIBYTES;
  return new docker.Container(
    name,
    {
      name: `pulumi-lvs-${stack}-${name}`,
      hostname: name,
      labels: [stackLabel(stack), hostLabel(name)],
      image: args.imageId,
      command: [role, String(guestMebibytes)],
      networksAdvanced: [{ name: args.networkId, ipv4Address: args.address }],
      uploads: [
        { file: "/etc/ssh/ssh_host_ed25519_key", content: args.hostPrivateKey, permissions: "0600" },
        { file: "/root/.ssh/authorized_keys", content: args.authorizedKey, permissions: "0600" },
      ],
      memory: memoryMebibytes,
      memorySwap: memoryMebibytes,
      // `reboot` in a container ends it; this starts it again, as a machine would.
      restart: "unless-stopped",
      stopTimeout: 30,
      ...systemdRights,
      ...(role === "director" && { cpuShares: DIRECTOR_CPU_SHARES, ...guestKernelNeeds(guestMebibytes) }),
    },
    {
      ...options,
      // Two containers can neither share a name nor an address.
      deleteBeforeReplace: true,
      additionalSecretOutputs: ["uploads"],
      // The machine's nameservers change with the network it is in; a lab must outlive that.
      ignoreChanges: ["envs"],
    },
  );
}

/** Addresses and sysctls may be changed, and systemd gets its cgroup; no mounts, no modules, no devices. */
const systemdRights = {
  capabilities: { adds: ["CAP_NET_ADMIN"] },
  // Without the first, Docker's AppArmor profile denies writes to /proc/sys; without the second it is read-only.
  securityOpts: ["apparmor=unconfined", "systempaths=unconfined"],
  tmpfs: { "/run": "", "/run/lock": "" },
  volumes: [{ hostPath: "/sys/fs/cgroup", containerPath: "/sys/fs/cgroup" }],
  cgroupnsMode: "host",
} satisfies Partial<docker.ContainerArgs>;

/** User-Mode Linux keeps its memory in an executable file below /dev/shm and cannot use Docker's resolver. */
function guestKernelNeeds(guestMebibytes: number): Partial<docker.ContainerArgs> {
  return {
    tmpfs: { ...systemdRights.tmpfs, "/dev/shm": `rw,exec,size=${guestMebibytes + 8}m` },
    envs: [`LAB_NAMESERVERS=${machineNameservers().join(" ")}`],
  };
}
