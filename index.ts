/** One cluster: configuration → hosts → components → outputs. */
import { getStack } from "@pulumi/pulumi";
import { Director, type HostAccess, RealServer, VirtualRouter, VirtualService } from "./components/index.ts";
import { loadSettings } from "./config/load.ts";
import { entry } from "./model/cluster.ts";
import * as summary from "./model/summary.ts";

const { cluster, extraLines, changes, access, lab } = loadSettings();
const hosts: Record<string, HostAccess> = lab
  ? (await import("./lab/Lab.ts")).labHosts(getStack(), cluster, lab)
  : access;

const servers = Object.fromEntries(
  cluster.realServers.map(({ name, system: _, vips, ...server }) => {
    const { options, ...route } = entry(hosts, name);
    return [name, new RealServer(name, { ...server, ...route, virtualAddresses: vips }, options)];
  }),
);

const services = cluster.virtualServices.map(({ name, knownBy: _, realServers, ...service }) => {
  const shares = realServers.map(({ name: server, weight, upperThreshold, lowerThreshold }) => {
    return { server: entry(servers, server), weight, upperThreshold, lowerThreshold };
  });
  return new VirtualService(name, {
    ...service,
    extraLines: entry(extraLines.services, name),
    realServers: shares,
  });
});

const virtualRouter = new VirtualRouter("directors", {
  directors: Object.fromEntries(
    cluster.directors.map(({ name, system: _, ...director }) => [name, director]),
  ),
  ...cluster.vrrp,
});
for (const { name, priority: _, system: __, ...director } of cluster.directors) {
  const { options, ...route } = entry(hosts, name);
  const balanced = {
    subnet: cluster.subnet,
    virtualRouter,
    healthEngine: cluster.healthEngine,
    extraLines: extraLines.directors,
    virtualServices: services,
    formerRealServers: Object.values(servers),
  };
  new Director(name, { ...director, ...route, ...balanced, ...changes }, options);
}

/** Address of the main service: the first, by name, that is checked over HTTP or HTTPS; without one, the first. */
export const vip = summary.vip(cluster);
/** URL of the main service; undefined where none is checked over HTTP or HTTPS. */
export const url = summary.url(cluster);
/** Every service: name, address, port, protocol, forwarding, scheduler, real servers with weights. */
export const virtualServices = summary.virtualServices(cluster);
/** Name and address of each director. */
export const directors = summary.hosts(cluster.directors);
/** Name and address of each real server. */
export const realServers = summary.hosts(cluster.realServers);
