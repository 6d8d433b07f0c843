/** Virtual services → what the kernel's table must hold of them, and how ipvsadm(8) is told of them. */
import { endpointText, hostMask } from "../model/address.ts";
import type { VirtualService } from "../model/cluster.ts";
import { hashFlags } from "../model/lvs.ts";
import type { ServiceAddress } from "../model/serviceAddress.ts";
import type { TableService } from "../model/table.ts";

/** A service as the kernel must hold it once all its real servers are up. */
export function inTable(service: VirtualService): TableService {
  const { forwarding } = service;
  return {
    options: optionsOf(service),
    destinations: service.realServers.map(({ name: _, ...to }) => ({
      ...to,
      forwarding,
      connections: undefined,
    })),
  };
}

/** In the order in which ipvsadm prints them. */
function optionsOf(service: VirtualService): string {
  const { scheduler, persistence } = service;
  const flags = flagsOf(service);
  return [
    `scheduler ${scheduler}`,
    ...(persistence ? [`persistent ${persistence.timeoutSeconds}`] : []),
    ...(persistence && persistence.netmask !== hostMask ? [`mask ${persistence.netmask}`] : []),
    ...(flags.length > 0 ? [`flags ${flags.join(",")}`] : []),
  ].join(" ");
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
