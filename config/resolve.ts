/** From the configuration as written to the cluster it means: references followed, defaults of one setting taken from another. */
import { createHash } from "node:crypto";
import type { Apache, Cluster, Director, Host, RealServer, VirtualService, Vrrp } from "../model/cluster.ts";
import { vipsOf } from "../model/cluster.ts";
import { fetchedPath } from "../model/healthCheck.ts";
import { isWithin } from "../model/issue.ts";
import { protocols } from "../model/lvs.ts";
import { onlySystem } from "../model/system.ts";
import type {
  Config,
  DirectorConfig,
  HostConfig,
  RealServerConfig,
  VirtualServiceConfig,
  VrrpConfig,
} from "./schema.ts";

/**
 * The cluster that a configuration describes; `name` tells it from others. A real server that is not described gets an
 * empty address: `rules.ts` names it. `secrets` are paths under which there is a secret somewhere.
 */
export function resolveCluster(config: Config, name: string, secrets: readonly string[] = []): Cluster {
  const isSecret = (path: string) => secrets.some((secret) => isWithin(path, secret));
  const virtualServices = Object.entries(config.virtualServices).map(([name, service]) => ({
    ...resolveVirtualService(name, service, (realServer) => config.realServers[realServer]?.address ?? ""),
    extraLines: { ...service.extraLines, isSecret: isSecret(`virtualServices.${name}.extraLines`) },
  }));
  const isDrained = (realServer: string) => config.realServers[realServer]?.drain ?? false;
  return {
    subnet: config.subnet,
    directors: resolveDirectors(config.directors),
    vrrp: resolveVrrp(config.vrrp, config.directors, name),
    healthEngine: config.healthEngine,
    extraLines: { ...config.extraLines, isSecret: isSecret("extraLines") },
    realServers: Object.entries(config.realServers).map(([name, host]): RealServer => {
      const services = virtualServices.filter((service) =>
        service.realServers.some((to) => to.name === name),
      );
      const apache = host.apache && apacheFor(services, host.apache);
      return { ...resolveHost(name, host), vips: host.drain ? [] : vipsOf(services), apache };
    }),
    virtualServices: virtualServices.map((service) => ({
      ...service,
      realServers: service.realServers.filter((to) => !isDrained(to.name)),
    })),
  };
}

/** The directors; those without a priority follow each other in steps, so that others fit in between. */
export function resolveDirectors(directors: Readonly<Record<string, DirectorConfig>>): Director[] {
  return Object.entries(directors).map(([name, host], index) => ({
    ...resolveHost(name, host),
    priority: host.priority ?? Math.max(250 - 10 * index, 1),
  }));
}

/** How the directors of the cluster `name` share its VIPs; undefined where there is one. */
export function resolveVrrp(
  { routerId, ...vrrp }: VrrpConfig,
  directors: Readonly<Record<string, DirectorConfig>>,
  name: string,
): Vrrp | undefined {
  if (Object.keys(directors).length < 2) return undefined;
  return { ...vrrp, routerId: routerId ?? routerIdOf(name) };
}

/**
 * Derived from the cluster's name alone, because no change touches the name: while directors have different ids, each of
 * them takes the VIPs. RFC 5798 §5.2.3 has no 0.
 */
function routerIdOf(name: string): number {
  return 1 + (createHash("sha256").update(name).digest().readUInt32BE() % 255);
}

/** One virtual service but for its extra lines; `addressOf` finds the address of a real server by its name. */
export function resolveVirtualService(
  name: string,
  service: Omit<VirtualServiceConfig, "extraLines">,
  addressOf: (realServer: string) => string,
): Omit<VirtualService, "extraLines"> {
  const { persistence, fallback, realServers, ...rest } = service;
  const { drainSeconds, onDrainTimeout } = protocols[service.protocol];
  return {
    ...rest,
    knownBy: "port",
    drainSeconds: service.drainSeconds ?? drainSeconds,
    onDrainTimeout: service.onDrainTimeout ?? onDrainTimeout,
    name,
    persistence,
    fallback,
    realServers: Object.entries(realServers).map(([realServer, destination]) => ({
      ...destination,
      name: realServer,
      address: addressOf(realServer),
      port: destination.port ?? service.port,
    })),
  };
}

/** What a managed Apache has to do for the services of its host. */
function apacheFor(
  services: readonly VirtualService[],
  { documentRoot, revision }: NonNullable<RealServerConfig["apache"]>,
): Apache {
  const paths = services
    .flatMap(({ healthCheck }) => fetchedPath(healthCheck) ?? [])
    .map((path) => path.replace(/\?.*/, ""));
  const ports = services.map((service) => service.port);
  return {
    // One that serves nothing yet is ready for the first service to come.
    ports: [...new Set(ports.length > 0 ? ports : [80])].sort((a, b) => a - b),
    healthPaths: [...new Set(paths)].sort(),
    documentRoot,
    revision,
  };
}

function resolveHost(name: string, host: HostConfig): Host {
  return { name, address: host.address, interface: host.interface, system: onlySystem };
}
