/** Virtual services → the rules that `ipvsadm -Sn` must print for them. */
import type { VirtualService } from "../model/cluster.ts";
import { forwardingMethods } from "../model/lvs.ts";

/** The rules of one service in byte order, as `sort` prints them on the host; `ipvsadm -Sn` leaves thresholds out. */
export function renderIpvsRules(service: VirtualService): string[] {
  const at = `${service.protocol === "udp" ? "-u" : "-t"} ${service.address}:${service.port}`;
  const { persistence } = service;
  const sticky = persistence ? ` -p ${persistence.timeoutSeconds}${mask(persistence.netmask)}` : "";
  return [
    `-A ${at} -s ${service.scheduler}${sticky}`,
    ...service.realServers.map((to) => {
      const flag = forwardingMethods[service.forwarding].ipvsadmFlag;
      return `-a ${at} -r ${to.address}:${to.port} ${flag} -w ${to.weight}`;
    }),
  ].sort();
}

function mask(netmask: string): string {
  return netmask === "255.255.255.255" ? "" : ` -M ${netmask}`;
}
