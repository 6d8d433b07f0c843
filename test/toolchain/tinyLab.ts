/** A network, an image and a container that need no base image and no registry: all they hold is a program that waits. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

/** Files of tests run side by side, each with objects of its own. */
const place = process.env.VITEST_POOL_ID ?? "0";
const prefix = `dptry-${place}`;
/** What the daemon calls them. */
export const names = {
  network: `${prefix}-net`,
  image: `${prefix}-image:tiny`,
  container: `${prefix}-host`,
  taken: `${prefix}-taken`,
};
/** The first three bytes of the network's addresses. */
export const link = `198.18.24${place}`;
export const subnet = `${link}.0/24`;
/** The label that every object of these tests carries. */
export const label = { label: "pulumi-lvs.stack", value: `contract-${place}` };
export const labels = [label];
export const secretContent = "a-private-key-nobody-may-read";

/** Declares the network. */
export function tinyNetwork(
  options: pulumi.CustomResourceOptions = {},
  networkSubnet = subnet,
): docker.Network {
  const ipamConfigs = [{ subnet: networkSubnet, gateway: `${link}.1` }];
  return new docker.Network("network", { name: names.network, ipamConfigs, labels }, options);
}

/** Declares the image, built from a context that `writeTinyContext` made. */
export function tinyImage(
  context: string,
  build: Partial<docker.types.input.DockerBuild> = {},
): docker.Image {
  return new docker.Image("image", {
    imageName: names.image,
    skipPush: true,
    build: {
      context,
      dockerfile: join(context, "Dockerfile"),
      target: "tiny",
      platform: "linux/amd64",
      builderVersion: "BuilderV1",
      ...build,
    },
  });
}

/** Declares the container with everything a lab host asks for. */
export function tinyHost(
  image: pulumi.Input<string>,
  network: docker.Network,
  args: Partial<docker.ContainerArgs>,
): docker.Container {
  return new docker.Container("host", {
    name: names.container,
    image,
    hostname: "host",
    capabilities: { adds: ["CAP_NET_ADMIN"] },
    securityOpts: ["apparmor=unconfined", "systempaths=unconfined"],
    tmpfs: { "/run": "" },
    volumes: [{ hostPath: "/sys/fs/cgroup", containerPath: "/sys/fs/cgroup", readOnly: true }],
    cgroupnsMode: "host",
    memory: 64,
    memorySwap: 64,
    networksAdvanced: [{ name: network.id, ipv4Address: `${link}.10` }],
    uploads: [
      { file: "/etc/ssh/key", content: pulumi.secret(secretContent), permissions: "0600" },
      { file: "/etc/tool", content: "#!/bin/sh\n", executable: true },
    ],
    restart: "unless-stopped",
    stopTimeout: 30,
    ...args,
  });
}

/** Declares all three. */
export function tinyLab(context: string, args: Partial<docker.ContainerArgs>, networkSubnet = subnet) {
  const image = tinyImage(context);
  tinyHost(image.repoDigest, tinyNetwork({}, networkSubnet), args);
  return { repoDigest: image.repoDigest };
}

/** Writes Dockerfile, program and a marker file whose text makes one build differ from another. */
export async function writeTinyContext(directory: string, marker: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, "wait"), waitingProgram(), { mode: 0o755 });
  await writeFile(join(directory, "marker"), marker);
  await writeFile(join(directory, "Dockerfile"), 'FROM scratch AS tiny\nCOPY wait marker /\nCMD ["/wait"]\n');
}

/** An ELF executable for x86-64 whose code is an endless loop around pause(2). */
function waitingProgram(): Buffer {
  const code = Buffer.from("b8220000000f05ebf7", "hex"); // mov eax, 34; syscall; jmp to the start
  const address = 0x400000;
  const [headerSize, segmentSize] = [64, 56];
  const elf = Buffer.alloc(headerSize + segmentSize);
  elf.write("\x7fELF\x02\x01\x01", 0, "latin1");
  elf.writeUInt16LE(2, 16); // executable
  elf.writeUInt16LE(62, 18); // x86-64
  elf.writeUInt32LE(1, 20);
  elf.writeBigUInt64LE(BigInt(address + headerSize + segmentSize), 24); // entry point
  elf.writeBigUInt64LE(BigInt(headerSize), 32);
  elf.writeUInt16LE(headerSize, 52);
  elf.writeUInt16LE(segmentSize, 54);
  elf.writeUInt16LE(1, 56); // one segment
  elf.writeUInt32LE(1, headerSize); // loaded
  elf.writeUInt32LE(5, headerSize + 4); // readable, executable
  elf.writeBigUInt64LE(BigInt(address), headerSize + 16);
  elf.writeBigUInt64LE(BigInt(address), headerSize + 24);
  elf.writeBigUInt64LE(BigInt(elf.length + code.length), headerSize + 32);
  elf.writeBigUInt64LE(BigInt(elf.length + code.length), headerSize + 40);
  elf.writeBigUInt64LE(4096n, headerSize + 48);
  return Buffer.concat([elf, code]);
}
