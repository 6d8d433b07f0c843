/** The cluster as stack outputs show it; other programs read these shapes, so they only ever grow. */
import { endpointText } from "./address.ts";
import type { Cluster, Host, VirtualService } from "./cluster.ts";
import type { Protocol } from "./lvs.ts";

/** A host in the outputs `directors` and `realServers`. */
export interface HostSummary {
  readonly name: string;
  readonly address: string;
}

/** A service in the output `virtualServices`. */
export interface ServiceSummary {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly protocol: Protocol;
  readonly forwarding: string;
  readonly scheduler: string;
  readonly realServers: readonly {
    readonly name: string;
    readonly address: string;
    readonly weight: number;
  }[];
}

/** Address of the main service: the first, by name, that is checked over HTTP or HTTPS; without one, the first. */
export function vip(cluster: Cluster): string | undefined {
  return (webService(cluster) ?? cluster.virtualServices[0])?.address;
}

/** URL of the main service; undefined where none is checked over HTTP or HTTPS. */
export function url(cluster: Cluster): string | undefined {
  const service = webService(cluster);
  if (!service) return undefined;
  const scheme = service.healthCheck.type;
  const isDefault = service.port === (scheme === "http" ? 80 : 443);
  return `${scheme}://${isDefault ? service.address : endpointText(service)}/`;
}

function webService({ virtualServices }: Cluster): VirtualService | undefined {
  return virtualServices.find(({ healthCheck }) => ["http", "https"].includes(healthCheck.type));
}

/** The output `virtualServices`. */
export function virtualServices(cluster: Cluster): ServiceSummary[] {
  return cluster.virtualServices.map(summarize);
}

/** The outputs `directors` and `realServers`. */
export function hosts(all: readonly Host[]): HostSummary[] {
  return all.map(({ name, address }) => ({ name, address }));
}

function summarize(service: VirtualService): ServiceSummary {
  const { name, address, port, protocol, forwarding, scheduler } = service;
  const realServers = service.realServers.map((to) => ({
    name: to.name,
    address: to.address,
    weight: to.weight,
  }));
  return { name, address, port, protocol, forwarding, scheduler, realServers };
}
