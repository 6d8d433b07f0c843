/** The hosts of a stack as containers on one Docker engine: network, image, keys, and one container per host. */
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { firstUsable } from "../model/address.ts";
import type { Cluster } from "../model/cluster.ts";
import { hostContainer } from "./hostContainer.ts";
import { KeyPair } from "./KeyPair.ts";
import { stackLabel } from "./labels.ts";

/** `full` has the packages that converging installs, `bare` has nothing but sshd, `bench` is `full` with Python. */
export type LabImage = "full" | "bare" | "bench";

/** What a host is for; a director gets a kernel of its own where the machine's has no IPVS. */
export type LabRole = "director" | "realServer" | "client";

/** One host of a lab. */
export interface LabHostArgs {
  readonly name: string;
  readonly role: LabRole;
  /** IPv4 address inside the lab's subnet. */
  readonly address: string;
}

/** What a lab is to hold. */
export interface LabArgs {
  /** Stack that the lab belongs to: part of every name, and a label on everything the engine can label. */
  readonly stack: string;
  /** Network in CIDR notation; its first address is the gateway. */
  readonly subnet: string;
  /** Default: `full`. */
  readonly image?: LabImage;
  /** The image of a system that the hosts are to have, present in the engine. Default: Debian 12. */
  readonly base?: string;
  /** Memory limit of each host in MiB. Default: 256. */
  readonly memoryMebibytes?: number;
  readonly hosts: readonly LabHostArgs[];
}

/** A running host and the way in. */
export interface LabHost {
  /** Changes when the host is built anew. */
  readonly containerId: pulumi.Output<string>;
  readonly ssh: {
    readonly user: "root";
    /** OpenSSH format; a secret. */
    readonly privateKey: pulumi.Output<string>;
    /** Public host key, `ssh-ed25519 AAAA…`. */
    readonly hostKey: pulumi.Output<string>;
    /** Enough for a guest kernel that boots on a busy machine. */
    readonly dialAttempts: number;
  };
  readonly container: docker.Container;
}

/** Where the engine finds what it builds the image from: relative, as an absolute path would differ per checkout. */
const imageDirectory = relative(process.cwd(), fileURLToPath(new URL("image", import.meta.url)));

/** A network and hosts on it, each a container that is reached over SSH as any other host. */
export class Lab extends pulumi.ComponentResource {
  /** The hosts by name. */
  readonly hosts: Readonly<Record<string, LabHost>>;

  constructor(name: string, args: LabArgs, options?: pulumi.ComponentResourceOptions) {
    super("lvs:lab:Lab", name, args, options);
    // Made here and not by default, as a docker provider fails where no engine answers, lab or not.
    const provider = new docker.Provider(name, {}, { parent: this });
    const inLab = { parent: this, provider };

    const network = labNetwork(name, args, inLab);
    const image = labImage(name, args, inLab);
    const operator = new KeyPair(`${name}-operator`, { parent: this });

    this.hosts = Object.fromEntries(
      args.hosts.map((host) => {
        const hostKey = new KeyPair(`${name}-${host.name}`, { parent: this });
        const container = hostContainer(
          {
            ...host,
            stack: args.stack,
            memoryMebibytes: args.memoryMebibytes ?? 256,
            networkId: network.id,
            imageId: image.repoDigest,
            hostPrivateKey: hostKey.privateKey,
            authorizedKey: operator.publicKey,
          },
          inLab,
        );
        const ssh = {
          user: "root",
          privateKey: operator.privateKey,
          hostKey: hostKey.publicKey,
          dialAttempts: 30,
        } as const;
        return [host.name, { containerId: container.id, ssh, container }];
      }),
    );
    this.registerOutputs({});
  }
}

/** The lab of a cluster, and its hosts by name in the form that the components take. */
export function labHosts(
  stack: string,
  { subnet, directors, realServers }: Pick<Cluster, "subnet" | "directors" | "realServers">,
  { image, clientAddress }: { readonly image: LabImage; readonly clientAddress: string },
) {
  const lab = new Lab("lab", {
    stack,
    subnet,
    image,
    hosts: [
      ...directors.map(({ name, address }) => ({ name, address, role: "director" as const })),
      ...realServers.map(({ name, address }) => ({ name, address, role: "realServer" as const })),
      { name: "client", address: clientAddress, role: "client" },
    ],
  });
  return Object.fromEntries(
    Object.entries(lab.hosts).map(([name, { ssh, containerId, container }]) => [
      name,
      // A host that goes need not be put back first, and over SSH could not be.
      { ssh, machineId: containerId, deletedWith: container },
    ]),
  );
}

function labNetwork(
  name: string,
  { stack, subnet }: LabArgs,
  inLab: pulumi.CustomResourceOptions,
): docker.Network {
  return new docker.Network(
    name,
    {
      name: `pulumi-lvs-${stack}`,
      ipamConfigs: [{ subnet, gateway: firstUsable(subnet) }],
      labels: [stackLabel(stack)],
    },
    { ...inLab, deleteBeforeReplace: true },
  );
}

function labImage(
  name: string,
  { image = "full", base }: LabArgs,
  inLab: pulumi.CustomResourceOptions,
): docker.Image {
  return new docker.Image(
    name,
    {
      imageName: `pulumi-lvs-lab:${image}${base ? `-${base.replace(":", "-")}` : ""}`,
      skipPush: true,
      build: {
        context: imageDirectory,
        dockerfile: `${imageDirectory}/Dockerfile`,
        target: image,
        ...(base && { args: { BASE: base } }),
        platform: process.arch === "arm64" ? "linux/arm64" : "linux/amd64",
        // Needs nothing but the engine's API; BuildKit would call back into the plugin.
        builderVersion: docker.BuilderVersion.BuilderV1,
      },
    },
    inLab,
  );
}
