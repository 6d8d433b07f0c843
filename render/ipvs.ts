/** Virtual services → the rules that the kernel must hold for them, as `ipvsadm -Sn` prints them. */
import { endpointText, hostMask } from "../model/address.ts";
import type { Destination, VirtualService } from "../model/cluster.ts";
import { hashFlags } from "../model/lvs.ts";
import type { ServiceAddress } from "../model/serviceAddress.ts";
import { forwardingWords } from "./forwarding.ts";

/** The rules of one service in byte order, as the host's table_rules prints them (host/items/service.sh). */
export function renderIpvsRules(service: VirtualService): string[] {
  const at = ipvsadmAt(service);
  return [
    renderServiceRule(service),
    ...service.realServers.map((to) => {
      const flag = forwardingWords[service.forwarding].ipvsadm;
      return `-a ${at} -r ${endpointText(to)} ${flag} -w ${to.weight}${thresholds(to)}`;
    }),
  ].sort();
}

/** The line of the service itself. */
export function renderServiceRule(service: VirtualService): string {
  const { scheduler, persistence } = service;
  const sticky = persistence ? ` -p ${persistence.timeoutSeconds}${mask(persistence.netmask)}` : "";
  const flags = flagsOf(service);
  return `-A ${ipvsadmAt(service)} -s ${scheduler}${sticky}${flags.length > 0 ? ` -b ${flags.join(",")}` : ""}`;
}

/** What the scheduler of a service takes with it, in the order in which ipvsadm prints it. */
export function flagsOf({ scheduler, hashPort }: Pick<VirtualService, "scheduler" | "hashPort">): string[] {
  const flags = hashFlags[scheduler];
  if (!flags) return [];
  return hashPort ? [flags.fallback, flags.port] : [flags.fallback];
}

/** How ipvsadm is told of a service: `-t 192.0.2.10:80`. */
export function ipvsadmAt(service: ServiceAddress): string {
  switch (service.knownBy) {
    case "port":
      return `${service.protocol === "udp" ? "-u" : "-t"} ${endpointText(service)}`;
  }
}

function thresholds({ upperThreshold, lowerThreshold }: Destination): string {
  return upperThreshold > 0 ? ` -x ${upperThreshold} -y ${lowerThreshold}` : "";
}

function mask(netmask: string): string {
  return netmask === hostMask ? "" : ` -M ${netmask}`;
}
