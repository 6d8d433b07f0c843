/** What programs print in the states that the documentation shows. */
import { stripVTControlCharacters } from "node:util";
import { resolveCluster } from "../../config/resolve.ts";
import { configSchema } from "../../config/schema.ts";
import { hosts, url, vip, virtualServices } from "../../model/summary.ts";
import { inWords } from "../../reading/words.ts";
import type { ClusterStatus } from "../../status/collect.ts";
import { rowsOf, showDrift } from "../../status/drift.ts";
import { showStatus } from "../../status/show.ts";
import { projectName, readStack } from "../fixtures.ts";

/** `npm run status` of the lab, and requests from its client. */
export function labStatus(): string {
  return plain(showStatus(lab(), { web1: 4, web2: 8 }));
}

/** `npm run drift` of the lab while a real server's Apache is stopped. */
export function labDrift(): string {
  const status = lab();
  const [stopped] = inWords({
    item: "unit apache2.service",
    planned: "enabled active",
    found: "enabled inactive",
  });
  const realServers = status.realServers.map((host) =>
    host.name === "web2" ? ({ ...host, state: "differs", detail: stopped ?? "" } as const) : host,
  );
  return plain(showDrift(rowsOf({ ...status, realServers })));
}

/** Drift as warnings have it. */
export function driftInWords(): string {
  const key = "tcp 192.0.2.100:80";
  const service = `${key} scheduler wrr; ${key} to 192.0.2.7:80 dr weight `;
  const differences = {
    web2: { item: "sysctl net.ipv4.conf.all.arp_ignore", planned: "1", found: "0" },
    lb1: { item: "service tcp 192.0.2.100:80", planned: `${service}3`, found: `${service}1` },
  };
  return Object.entries(differences)
    .map(([host, difference]) => `${host}: ${inWords(difference)}`)
    .join("\n");
}

function lab(): ClusterStatus {
  const cluster = resolveCluster(configSchema.parse(readStack("Pulumi.dev.yaml")), `${projectName}/dev`);
  const up = { state: "up", activeConnections: 0, inactiveConnections: 0 } as const;
  const asPlanned = { state: "as planned", detail: "" } as const;
  const vrrp = {
    sync: `master and backup on eth0, id ${cluster.vrrp?.routerId}`,
    tableInStep: true,
    splitBrainSeen: null,
  };
  const roles = [
    { role: "MASTER", since: "2026-11-22T22:15:16.000Z" },
    { role: "BACKUP", since: "2026-11-22T22:16:01.000Z" },
  ];
  return {
    stack: "dev",
    vip: vip(cluster) ?? null,
    url: url(cluster) ?? null,
    virtualServices: virtualServices(cluster).map((service) => ({
      ...service,
      realServers: service.realServers.map((to) => ({ ...to, ...up, liveWeight: to.weight })),
    })),
    directors: hosts(cluster.directors).map((host, at) => ({
      ...host,
      ...asPlanned,
      vrrp: { role: "", since: "", ...roles[at], ...vrrp },
    })),
    realServers: hosts(cluster.realServers).map((host) => ({ ...host, ...asPlanned })),
    faults: [],
  };
}

function plain(shown: string): string {
  return stripVTControlCharacters(shown);
}
