/** Virtual services → the rules that the kernel must hold for them, as `ipvsadm -Sn` prints them. */
import type { Destination, VirtualService } from "../model/cluster.ts";
import { forwardingMethods } from "../model/lvs.ts";

/** The rules of one service in byte order, as the host's table_rules prints them (host/items/service.sh). */
export function renderIpvsRules(service: VirtualService): string[] {
  const at = `${service.protocol === "udp" ? "-u" : "-t"} ${service.address}:${service.port}`;
  const { persistence } = service;
  const sticky = persistence ? ` -p ${persistence.timeoutSeconds}${mask(persistence.netmask)}` : "";
  return [
    `-A ${at} -s ${service.scheduler}${sticky}`,
    ...service.realServers.map((to) => {
      const flag = forwardingMethods[service.forwarding].ipvsadmFlag;
      return `-a ${at} -r ${to.address}:${to.port} ${flag} -w ${to.weight}${thresholds(to)}`;
    }),
  ].sort();
}

function thresholds({ upperThreshold, lowerThreshold }: Destination): string {
  return upperThreshold > 0 ? ` -x ${upperThreshold} -y ${lowerThreshold}` : "";
}

function mask(netmask: string): string {
  return netmask === "255.255.255.255" ? "" : ` -M ${netmask}`;
}
