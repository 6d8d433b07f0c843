/** Operating systems: what software is called there, and where it lies. */
import type { System } from "../model/system.ts";
import type { Item } from "./hostPlan.ts";

/** What hosts may need. */
export type Software = "apache" | "arping" | "ipvsadm" | "keepalived" | "ldirectord" | "perl" | "perlTls";

/** A package, with the units that it brings and starts. */
interface Package {
  readonly name: string;
  readonly units: readonly string[];
}

interface Layout {
  readonly packages: Readonly<Record<Software, Package>>;
  readonly apache: ApacheLayout;
  /** What keeps ipvsadm from loading rules at boot and from starting a sync daemon, before and after it is installed. */
  readonly ipvsadmHeldBack: { readonly before: readonly Item[]; readonly after: readonly Item[] };
}

/** Where Apache has its things. */
export interface ApacheLayout {
  readonly unit: string;
  /** Its configuration. */
  readonly folder: string;
  /** Its sites, each a file. */
  readonly sites: string;
  /** Its own configuration listens on this port; a second Listen for it would keep Apache from starting. */
  readonly listenedAnyway: number;
}

export const systems: Readonly<Record<System, Layout>> = {
  debian: {
    packages: {
      // The package enables and starts the second unit too; nothing of ours needs it.
      apache: { name: "apache2", units: ["apache2.service", "apache-htcacheclean.service"] },
      arping: { name: "iputils-arping", units: [] },
      // In Debian 13 it has a unit of its own, which the package enables.
      ipvsadm: { name: "ipvsadm", units: ["ipvsadm.service"] },
      keepalived: { name: "keepalived", units: ["keepalived.service"] },
      ldirectord: { name: "ldirectord", units: ["ldirectord.service"] },
      perl: { name: "perl", units: [] },
      perlTls: { name: "libio-socket-ssl-perl", units: [] },
    },
    apache: {
      unit: "apache2.service",
      folder: "/etc/apache2",
      sites: "/etc/apache2/sites-enabled",
      listenedAnyway: 80,
    },
    ipvsadmHeldBack: {
      before: [
        {
          kind: "debconf",
          package: "ipvsadm",
          answers: [
            { question: "ipvsadm/auto_load_rules", type: "boolean", value: "false" },
            { question: "ipvsadm/daemon_method", type: "select", value: "none" },
          ],
        },
      ],
      after: [
        { kind: "assignment", path: "/etc/default/ipvsadm", key: "AUTO", value: "false" },
        { kind: "assignment", path: "/etc/default/ipvsadm", key: "DAEMON", value: "none" },
      ],
    },
  },
};

/** The packages that bring this software. */
export function installed(system: System, software: readonly Software[]): Item {
  const packages = software.map((each) => systems[system].packages[each]);
  return {
    kind: "packages",
    names: packages.map(({ name }) => name),
    units: packages.flatMap(({ units }) => units),
  };
}
