/** Director → HostPlan: software, kernel, health daemon, the table it fills, and only then the VIPs. */
import { endpointText } from "../model/address.ts";
import type { Cluster, Director, VirtualService } from "../model/cluster.ts";
import { vipsOf } from "../model/cluster.ts";
import { serviceKey } from "../model/serviceAddress.ts";
import { peersOf, type VipGroup, vipGroupOf } from "../model/vipGroup.ts";
import { holdProbes, keepsAtZero, wayOf } from "./healthCheck.ts";
import { type Engine, engines } from "./healthEngine.ts";
import type { HostPlan, Item } from "./hostPlan.ts";
import { inTable } from "./ipvs.ts";
import { hearProgram } from "./shellLibrary.ts";
import { holdSysctls } from "./sysctl.ts";
import { installed, systems } from "./systems.ts";
import { announcedVips, sharedVips } from "./vip.ts";

/**
 * ipvs-sysctl: connections to a real server that has left end at once, so that clients try again, and persistent
 * clients of a quiesced one are sent elsewhere.
 */
const kernelSettings = {
  "net.ipv4.vs.expire_nodest_conn": "1",
  "net.ipv4.vs.expire_quiescent_template": "1",
  // ip-sysctl: health checks ask the VIP, so answers come from an address that this host has itself.
  "net.ipv4.conf.all.accept_local": "1",
};

/**
 * ipvs-sysctl: a connection is told to the other directors with its second packet, as it is established; by default it
 * would be with its third.
 */
const syncSettings = {
  "net.ipv4.vs.sync_threshold": "2 50",
  // 1 + 2: as a director sees no answers, an ended connection stays for two minutes in FIN_WAIT. A new one from the same
  // port would take its place, its count of packets included, and not be told to a director that has booted since.
  "net.ipv4.vs.conn_reuse_mode": "3",
};

/** What one of a cluster's directors must look like to balance its services. */
export function planDirector(cluster: Cluster, director: Director): HostPlan {
  const services = cluster.virtualServices;
  const vips = vipsOf(services);
  const engine = engines[cluster.healthEngine];
  const sharing = vipGroupOf(cluster);
  return {
    host: director.name,
    address: director.address,
    role: "director",
    items: [
      { kind: "link", address: director.address, interface: director.interface },
      ...packages(director, engine, sharing),
      { kind: "file", path: "/etc/modules-load.d/pulumi-lvs.conf", mode: "0644", content: "ip_vs\n" },
      { kind: "module", name: "ip_vs" },
      ...holdSysctls({ ...kernelSettings, ...(sharing && syncSettings) }),
      ...holdProbes(services),
      ...engine.checks(director, services),
      ...silence(director, services, sharing),
      ...(sharing ? synchronised(director, sharing) : []),
      ...healthDaemon(engine, cluster),
      ...services.map((service) => inKernel(engine, service)),
      ...(sharing
        ? sharedVips(director, sharing, cluster.extraLines)
        : announcedVips(vips, director.address, engine.unit)),
    ],
  };
}

/** The health engine alone fills the table: ipvsadm must neither load rules at boot nor start a sync daemon. */
function packages({ system }: Director, engine: Engine, sharing: VipGroup | undefined): Item[] {
  const { before, after } = systems[system].ipvsadmHeldBack;
  return [
    ...before,
    installed(system, ["ipvsadm", ...engine.software, "arping"]),
    ...(sharing ? [installed(system, ["keepalived"])] : []),
    ...after,
  ];
}

/** Proven before anything is balanced; a routed VIP is not on the link. */
function silence(
  { name, address }: Director,
  services: readonly VirtualService[],
  sharing: VipGroup | undefined,
): Item[] {
  const vips = vipsOf(services.filter(({ routed }) => !routed));
  const known = new Map(
    services.flatMap(({ realServers }) => realServers.map((to) => [to.address, to.name])),
  );
  const realServers = [...known].map(([at, name]) => ({ name, address: at }));
  const peers = sharing ? peersOf(name, sharing) : [];
  return vips.length === 0 ? [] : [{ kind: "silence", vips, askedFrom: address, peers, realServers }];
}

/** At boot a unit, now an item: connections are known to the other directors before one of them needs them. */
function synchronised(director: Director, sharing: VipGroup): Item[] {
  const { vrrp } = sharing;
  const unit = "pulumi-lvs-sync.service";
  const link = director.interface ?? "";
  const daemon = (state: string) =>
    `/sbin/ipvsadm --start-daemon ${state} --mcast-interface ${link} --syncid ${vrrp.routerId}`;
  return [
    {
      kind: "clash",
      id: vrrp.routerId,
      program: hearProgram,
      address: director.address,
      peers: peersOf(director.name, sharing),
    },
    {
      kind: "file",
      path: `/etc/systemd/system/${unit}`,
      mode: "0644",
      content: [
        "[Unit]",
        "Description=LVS director: connections told to and heard from other directors",
        "Wants=network-online.target",
        "After=network-online.target systemd-modules-load.service",
        "",
        "[Service]",
        "Type=oneshot",
        "RemainAfterExit=yes",
        `ExecStart=${daemon("master")}`,
        `ExecStart=${daemon("backup")}`,
        "",
        "[Install]",
        "WantedBy=multi-user.target",
        "",
      ].join("\n"),
    },
    { kind: "unit", name: unit, enabled: true, active: undefined },
    { kind: "sync", interface: link, id: vrrp.routerId },
  ];
}

function healthDaemon(engine: Engine, cluster: Cluster): Item[] {
  const services = cluster.virtualServices;
  return [
    ...services.map((service): Item => ({ kind: "record", of: "service", id: serviceKey(service) })),
    { kind: "drain" },
    { kind: "scheduler" },
    ...engine.files(cluster),
    { kind: "unit", name: engine.unit, enabled: true, active: true },
  ];
}

/** ldirectord checks the real servers of a service one after the other before it adds them. */
function inKernel(engine: Engine, service: VirtualService): Item {
  const { fallback, port, drainSeconds, onDrainTimeout } = service;
  const { intervalSeconds, timeoutSeconds } = service.healthCheck;
  return {
    kind: "service",
    key: serviceKey(service),
    planned: inTable(service),
    fallback: fallback && endpointText({ address: fallback, port }),
    whenDown: keepsAtZero(service) ? "quiesced" : "removed",
    settleSeconds: intervalSeconds + timeoutSeconds * service.realServers.length + 10,
    repair: `${engine.repair} ${engine.unit}`,
    log: engine.log,
    check: askedBy(engine, service),
    drainSeconds,
    onDrainTimeout,
  };
}

/** What run_check of host/table.sh asks its real servers with; undefined where nothing is checked. */
function askedBy(engine: Engine, service: VirtualService): string | undefined {
  const ways = { throughVip: engine.asksBy(service), ping: "ping", never: undefined };
  return ways[wayOf(service)];
}
