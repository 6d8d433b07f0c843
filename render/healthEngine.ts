/** The daemons that fill a director's table and check real servers: what each needs on the host, and how it is told. */
import type { Cluster, Director, VirtualService } from "../model/cluster.ts";
import { secretsIn } from "../model/extraLines.ts";
import type { HealthEngine } from "../model/lvs.ts";
import { checkerUnit, holdChecker, prepareTable } from "./checker.ts";
import { checkedThroughVip, checkSoftware } from "./healthCheck.ts";
import type { Item } from "./hostPlan.ts";
import { renderLdirectord } from "./ldirectord.ts";
import { checkFileOf, checkFiles } from "./ldirectordChecks.ts";
import { hostPaths } from "./paths.ts";
import type { Software } from "./systems.ts";
import { renderVirtualServers } from "./virtualServers.ts";

/** What one of them is told. */
type Balanced = Pick<Cluster, "virtualServices" | "extraLines">;

/** One of them. */
export interface Engine {
  readonly software: readonly Software[];
  /** The unit that runs; stopping it leaves the kernel's table as it is. */
  readonly unit: string;
  readonly files: (balanced: Balanced) => Item[];
  /** What asks real servers through the VIP, and what it is told; held before the daemon is told of them. */
  readonly checks: (director: Director, services: readonly VirtualService[]) => Item[];
  /** What `run_check` of host/table.sh asks a real server of a service with, where it is asked through the VIP. */
  readonly asksBy: (service: VirtualService) => string | undefined;
  /** What makes it fill a table again that somebody else has changed. */
  readonly repair: "reload" | "restart";
  /** Where it says why a real server is out. */
  readonly log: string;
}

/** keepalived's own unit is for VRRP: where that ends or the VIPs move, health checks go on, and the other way round. */
const checks = {
  unit: "pulumi-lvs-checks.service",
  configuration: "/etc/keepalived/pulumi-lvs-checks.conf",
};

export const engines: Readonly<Record<HealthEngine, Engine>> = {
  ldirectord: {
    software: ["ldirectord"],
    unit: "ldirectord.service",
    files: ({ virtualServices, extraLines }) => [
      {
        kind: "file",
        path: "/etc/ha.d/ldirectord.cf",
        mode: "0644",
        content: renderLdirectord(virtualServices, extraLines.ldirectord),
        secrets: secretLines("ldirectord", { virtualServices, extraLines }),
        notify: "ldirectord.service",
        check: "ldirectord",
      },
    ],
    checks: checkFiles,
    asksBy: checkFileOf,
    repair: "reload",
    log: "/var/log/ldirectord.log",
  },
  keepalived: {
    // The package of ldirectord needs the same.
    software: ["keepalived", ...checkSoftware],
    unit: checks.unit,
    files: ({ virtualServices, extraLines }) => [
      {
        kind: "file",
        path: `/etc/systemd/system/${checks.unit}`,
        mode: "0644",
        content: `${checksUnit(checkedThroughVip(virtualServices).length > 0).join("\n")}\n`,
      },
      {
        kind: "file",
        path: checks.configuration,
        mode: "0644",
        content: renderVirtualServers(virtualServices, extraLines.keepalived),
        secrets: secretLines("keepalived", { virtualServices, extraLines }),
        notify: checks.unit,
        check: "keepalived",
      },
    ],
    checks: holdChecker,
    asksBy: ({ name }) => `checker ${name}`,
    // keepalived issue 1877: a reload compares the new file with the old one, not with the kernel.
    repair: "restart",
    log: `the journal of ${checks.unit}`,
  },
};

/** Lines of an engine's file that are shown to nobody. */
function secretLines(engine: HealthEngine, { virtualServices, extraLines }: Balanced): string[] {
  const ofServices = virtualServices.flatMap((service) => secretsIn(engine, service.extraLines));
  return [...secretsIn(engine, extraLines), ...ofServices];
}

/** keepalived(8): without --dont-release-ipvs it would empty the table whenever it stops. */
function checksUnit(hasChecker: boolean): string[] {
  const units = ["network-online.target", "systemd-modules-load.service"];
  return [
    "[Unit]",
    "Description=LVS director: the table, as health checks have it",
    ...(hasChecker ? [`Requires=${checkerUnit}`] : []),
    "Wants=network-online.target",
    `After=${[...units, ...(hasChecker ? [checkerUnit] : [])].join(" ")}`,
    "",
    "[Service]",
    ...(hasChecker ? [`ExecStartPre=${prepareTable}`] : []),
    `ExecStart=/usr/sbin/keepalived --dont-fork --check --dont-release-ipvs --use-file ${checks.configuration} --pid ${hostPaths.checksPid} --checkers_pid ${hostPaths.checkersPid}`,
    "ExecReload=/bin/kill -HUP $MAINPID",
    "Restart=on-failure",
    "",
    "[Install]",
    "WantedBy=multi-user.target",
  ];
}
