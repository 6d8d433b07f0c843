/** Inputs of docker:index/container:Container, and the daemon's request that they amount to. */
import type { ContainerCreateOptions, HostConfig } from "dockerode";
import { z } from "zod";
import type { ArchiveFile } from "./archive.ts";
import { labelsInput, labelsMap } from "./labels.ts";

/** Bytes in the unit of every amount of memory here. */
export const mebibyte = 1024 * 1024;

/** The inputs that are covered; any other is refused. */
export const containerInputs = z.strictObject({
  name: z.string({ error: "give an explicit name" }).min(1),
  image: z.string().min(1),
  command: z.array(z.string().min(1)).optional(),
  hostname: z.string().optional(),
  labels: labelsInput.optional(),
  envs: z.array(z.string()).optional(),
  capabilities: z
    .strictObject({ adds: z.array(z.string()).optional(), drops: z.array(z.string()).optional() })
    .optional(),
  securityOpts: z.array(z.string()).optional(),
  tmpfs: z.record(z.string(), z.string()).optional(),
  volumes: z
    .array(
      z.strictObject({ hostPath: z.string(), containerPath: z.string(), readOnly: z.boolean().optional() }),
    )
    .optional(),
  cgroupnsMode: z.enum(["private", "host"]).optional(),
  cpuShares: z.number().int().positive().optional(),
  memory: z.number().int().optional(),
  memorySwap: z.number().int().optional(),
  networksAdvanced: z
    .array(z.strictObject({ name: z.string(), ipv4Address: z.string().optional() }))
    .optional(),
  uploads: z
    .array(
      z.strictObject({
        file: z.string().startsWith("/"),
        content: z.string(),
        executable: z.boolean().optional(),
        permissions: z
          .string()
          .regex(/^0[0-7]{3}$/, "expected octal permissions such as 0600")
          .optional(),
      }),
    )
    .optional(),
  restart: z.enum(["no", "on-failure", "always", "unless-stopped"]).optional(),
  stopSignal: z.string().optional(),
  stopTimeout: z.number().int().optional(),
});

export type ContainerInputs = z.infer<typeof containerInputs>;

/** The body of the daemon's create request; networks and uploads follow it. */
export function createBody(inputs: ContainerInputs): ContainerCreateOptions {
  return {
    name: inputs.name,
    Image: inputs.image,
    Cmd: inputs.command,
    Hostname: inputs.hostname,
    Labels: labelsMap(inputs.labels),
    Env: inputs.envs,
    StopSignal: inputs.stopSignal,
    StopTimeout: inputs.stopTimeout,
    HostConfig: hostConfig(inputs),
  };
}

// The field is missing from @types/dockerode 4.
type HostConfigWithCgroups = HostConfig & { CgroupnsMode: string | undefined };

function hostConfig(inputs: ContainerInputs): HostConfigWithCgroups {
  return {
    ...resources(inputs),
    CpuShares: inputs.cpuShares,
    ...systemPaths(inputs.securityOpts),
    CapAdd: inputs.capabilities?.adds,
    CapDrop: inputs.capabilities?.drops,
    Tmpfs: inputs.tmpfs,
    Binds: inputs.volumes?.map(
      ({ hostPath, containerPath, readOnly }) => `${hostPath}:${containerPath}:${readOnly ? "ro" : "rw"}`,
    ),
    CgroupnsMode: inputs.cgroupnsMode,
    Init: false,
    NetworkMode: "bridge",
  };
}

/** What the daemon can change on a container that exists. Memory and swap are mebibytes; -1 is no limit on swap. */
export function resources({ memory, memorySwap, restart }: ContainerInputs) {
  return {
    Memory: (memory ?? 0) * mebibyte,
    MemorySwap: memorySwap !== undefined && memorySwap > 0 ? memorySwap * mebibyte : (memorySwap ?? 0),
    RestartPolicy: { Name: restart ?? "no", MaximumRetryCount: 0 },
  };
}

/** The files to put into the container before it starts, owned by root. */
export function uploadedFiles({ uploads = [] }: ContainerInputs): ArchiveFile[] {
  return uploads.map(({ file, content, executable, permissions }) => ({
    path: file.slice(1),
    mode: permissions ? Number.parseInt(permissions, 8) : executable ? 0o744 : 0o644,
    content: Buffer.from(content),
  }));
}

/** `systempaths=unconfined` is a word of Docker's clients, not of the daemon: it means two empty lists of paths. */
function systemPaths(securityOpts: readonly string[] = []) {
  const sent = securityOpts.filter((option) => option !== "systempaths=unconfined");
  const isUnconfined = sent.length < securityOpts.length;
  return { SecurityOpt: sent, ...(isUnconfined && { MaskedPaths: [], ReadonlyPaths: [] }) };
}
