/** Directors that share VIPs → keepalived.conf (keepalived.conf(5)): one VRRP instance that holds all of them. */
import { hostSubnet } from "../model/address.ts";
import type { Director, Vrrp } from "../model/cluster.ts";
import { peersOf, type VipGroup } from "../model/vipGroup.ts";
import { hostPaths } from "./paths.ts";

/** Name of the instance, in notifications and logs. */
export const instance = "vips";
/**
 * Named in advertisements instead of the VIPs: one that names others is not believed (RFC 5798 §7.1), so that directors
 * would all hold the VIPs until the last of them knows a changed list. host/items/vrrp.sh takes it away.
 */
const advertised = "127.0.112.1";

/** The whole file for one director; `program` is where host/vrrp.sh lies, `extraLines` are for its global section. */
export function renderKeepalived(
  director: Director,
  group: VipGroup,
  program: string,
  extraLines: readonly string[],
): string {
  const { vrrp, vips } = group;
  const lines = [
    "# Written by pulumi-lvs; changes made here are replaced by the next `pulumi up`.",
    ...block("global_defs", [
      `router_id ${director.name}`,
      "vrrp_version 3",
      // Advertisements must neither be late nor be read late because the host is busy.
      "vrrp_rt_priority 50",
      "vrrp_rlimit_rttime 1000000",
      "vrrp_no_swap",
      "enable_script_security",
      "script_user root",
      // The first announcement is sent at once; clients may miss it.
      "vrrp_garp_master_delay 1",
      "vrrp_garp_master_repeat 3",
      // After a split the one that keeps the VIPs is to know of the other, whichever spoke first: it announces them again.
      "vrrp_higher_prio_send_advert true",
      // Scripts for each event would overtake each other.
      `vrrp_notify_fifo ${hostPaths.vrrpEvents}`,
      `vrrp_notify_fifo_script "${program} listen ${vips.join(" ")}"`,
      ...extraLines,
    ]),
    "",
    ...block(`track_file resigned`, [`file ${hostPaths.resigned}`, "weight 0", "init_file 0"]),
    ...(vrrp.preempt
      ? []
      : ["", ...block("track_file took_over", [`file ${hostPaths.tookOver}`, "weight 1", "init_file 0"])]),
    "",
    // Without real servers a director is in FAULT: it must not take the VIPs before its table is filled.
    ...block("vrrp_script balances", [
      `script "${program} balances"`,
      "interval 1",
      "timeout 10",
      "rise 1",
      "fall 2",
      "init_fail",
    ]),
    "",
    ...block(`vrrp_instance ${instance}`, [
      "state BACKUP",
      `interface ${director.interface}`,
      `virtual_router_id ${vrrp.routerId}`,
      `priority ${director.priority}`,
      `advert_int ${vrrp.advertIntervalCentiseconds / 100}`,
      ...(vrrp.preempt ? [] : ["nopreempt"]),
      ...(vrrp.multicast ? [] : unicast(director, group)),
      ...block("virtual_ipaddress", [`${hostSubnet(advertised)} dev lo scope host`]),
      ...block(
        "virtual_ipaddress_excluded",
        vips.map((vip) => `${hostSubnet(vip)} dev ${director.interface}`),
      ),
      ...block("track_script", ["balances"]),
      ...block("track_file", ["resigned", ...(vrrp.preempt ? [] : ["took_over"])]),
    ]),
  ];
  return `${lines.join("\n")}\n`;
}

function unicast(director: Director, group: VipGroup): string[] {
  return [`unicast_src_ip ${director.address}`, ...block("unicast_peer", peersOf(director.name, group))];
}

/** How directors know each other; `vrrp_advertises` in host/items/vrrp.sh says the same of a file. */
export function advertisesAs({ routerId, multicast }: Vrrp): string {
  return `id ${routerId} ${multicast ? "by multicast" : "to each director"}`;
}

/** A block of keepalived.conf. */
export function block(name: string, lines: readonly string[]): string[] {
  return [`${name} {`, ...lines.map((line) => `    ${line}`), "}"];
}
