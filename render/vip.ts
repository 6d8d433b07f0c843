/** VIPs on a host: what holds them at boot, the program it runs, and the items that hold them now. */
import type { Director } from "../model/cluster.ts";
import { type ExtraLines, secretsIn } from "../model/extraLines.ts";
import type { VipGroup } from "../model/vipGroup.ts";
import type { Item } from "./hostPlan.ts";
import { advertisesAs, instance, renderKeepalived } from "./keepalived.ts";
import { hostPaths } from "./paths.ts";
import { vipProgram, vrrpProgram } from "./shellLibrary.ts";

const program = `${hostPaths.programs}/vip`;
const vrrp = `${hostPaths.programs}/vrrp`;
const unit = "pulumi-lvs-vip.service";

const vipFile: Item = {
  kind: "file",
  path: program,
  mode: "0755",
  content: vipProgram,
  program: "host/vip.sh",
};

/** A real server's VIPs: on the loopback, and never before the sysctls that keep it silent (ip-sysctl). */
export function silentVips(vips: readonly string[]): Item[] {
  return holdVips(
    vips.map((address) => ({ kind: "vip", address, manner: "silent" })),
    [
      "[Unit]",
      "Description=LVS real server: virtual IPs on the loopback",
      "DefaultDependencies=no",
      "Requires=systemd-sysctl.service",
      "After=systemd-sysctl.service local-fs.target",
      "Before=network-pre.target shutdown.target",
      "Wants=network-pre.target",
      "Conflicts=shutdown.target",
      "",
      "[Service]",
      "Type=oneshot",
      "RemainAfterExit=yes",
      `ExecStart=${program} silent ${vips.join(" ")}`,
      "",
      "[Install]",
      "WantedBy=multi-user.target",
    ],
  );
}

/** A director's VIPs: on its link, announced, and after the health daemon that fills the table. */
export function announcedVips(vips: readonly string[], address: string, healthDaemon: string): Item[] {
  return holdVips(
    vips.map((vip) => ({ kind: "vip", address: vip, manner: "announce", from: address })),
    [
      "[Unit]",
      "Description=LVS director: virtual IPs on the link",
      "Wants=network-online.target",
      `After=network-online.target ${healthDaemon}`,
      "",
      "[Service]",
      "Type=oneshot",
      "RemainAfterExit=yes",
      "TimeoutStartSec=infinity",
      `ExecStart=${program} announce ${address} ${vips.join(" ")}`,
      "",
      "[Install]",
      "WantedBy=multi-user.target",
    ],
  );
}

/** The VIPs of directors that share them: on the link of the one that VRRP chooses, which has to have filled its table. */
export function sharedVips(director: Director, group: VipGroup, extraLines: ExtraLines<"vrrp">): Item[] {
  const { vips } = group;
  if (vips.length === 0) return [];
  const unit = "keepalived.service";
  const { address } = director;
  return [
    vipFile,
    { kind: "file", path: vrrp, mode: "0755", content: vrrpProgram, program: "host/vrrp.sh" },
    {
      kind: "file",
      path: "/etc/keepalived/keepalived.conf",
      mode: "0644",
      content: renderKeepalived(director, group, vrrp, extraLines.vrrp),
      secrets: secretsIn("vrrp", extraLines),
      notify: unit,
      check: "keepalived",
    },
    // Whatever it does first, what it leaves in the kernel's rules goes with it.
    { kind: "record", of: "vrrp", id: instance },
    { kind: "unit", name: unit, enabled: true, active: true },
    { kind: "vrrp", instance, advertises: advertisesAs(group.vrrp) },
    ...vips.map((vip): Item => ({ kind: "vip", address: vip, manner: "share", from: address })),
  ];
}

function holdVips(held: readonly Item[], unitLines: readonly string[]): Item[] {
  if (held.length === 0) return [];
  return [
    vipFile,
    { kind: "file", path: `/etc/systemd/system/${unit}`, mode: "0644", content: `${unitLines.join("\n")}\n` },
    { kind: "unit", name: unit, enabled: true, active: undefined },
    ...held,
  ];
}
