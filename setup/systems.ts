/** The systems that a host may have: the images that lab hosts of each are built from, and what these are made of. */
import { fileURLToPath } from "node:url";

/** What all systems of one distribution share. */
export interface Distribution {
  /** As its archive names itself (ORIGIN in apt-get(8), indextargets). */
  readonly name: "Debian" | "Ubuntu";
  /** Debootstrap's script for all its suites: an old debootstrap does not know new suites by name. */
  readonly script: string;
  readonly components: string;
  /** The keys that its archive is signed with: on this machine, and in an image. */
  readonly keyrings: { readonly here: string; readonly image: string };
  /** Environment variable that names a mirror of it, for a machine whose apt has none or that has a better one. */
  readonly mirrorVariable: string;
  /** Its archive, for machines whose apt has none. Its suite of updates must have the security updates too. */
  readonly publicArchive?: string;
}

/** One system. */
export interface System {
  readonly distribution: Distribution;
  readonly suite: string;
  /** As registries name it. */
  readonly image: `${string}:${string}`;
}

const debianKeyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

const debian: Distribution = {
  name: "Debian",
  script: "sid",
  components: "main",
  mirrorVariable: "PULUMI_LVS_DEBIAN_MIRROR",
  keyrings: { here: debianKeyring, image: debianKeyring },
};

const ubuntu: Distribution = {
  name: "Ubuntu",
  script: "gutsy",
  components: "main universe",
  mirrorVariable: "PULUMI_LVS_UBUNTU_MIRROR",
  // Debian 12 has no package of it.
  keyrings: {
    here: fileURLToPath(new URL("ubuntu-archive-keyring.gpg", import.meta.url)),
    image: "/usr/share/keyrings/ubuntu-archive-keyring.gpg",
  },
  publicArchive: "http://archive.ubuntu.com/ubuntu",
};

/** By the names that people know them by. */
export const systems = {
  "Debian 12": { distribution: debian, suite: "bookworm", image: "debian:bookworm-slim" },
  "Debian 13": { distribution: debian, suite: "trixie", image: "debian:trixie-slim" },
  "Ubuntu 22.04": { distribution: ubuntu, suite: "jammy", image: "ubuntu:jammy" },
  "Ubuntu 24.04": { distribution: ubuntu, suite: "noble", image: "ubuntu:noble" },
} as const satisfies Record<string, System>;

export type SystemName = keyof typeof systems;
