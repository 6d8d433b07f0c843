/** Director → HostPlan: software, kernel, health daemon, the table it fills, and only then the VIPs. */
import type { Director, VirtualService } from "../model/cluster.ts";
import { serviceKey, vipsOf } from "../model/cluster.ts";
import { checkFileOf, holdHealthChecks } from "./healthCheck.ts";
import type { DrainTerms, HostPlan, Item } from "./hostPlan.ts";
import { renderIpvsRules } from "./ipvs.ts";
import { keepsAtZero, renderLdirectord } from "./ldirectord.ts";
import { holdSysctls } from "./sysctl.ts";
import { announcedVips } from "./vip.ts";

const unit = "ldirectord.service";

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

/** What a director must look like to balance `services`. */
export function planDirector(director: Director, services: readonly VirtualService[]): HostPlan {
  return {
    host: director.name,
    address: director.address,
    role: "director",
    items: [
      { kind: "link", address: director.address, interface: director.interface },
      ...ipvsadm(),
      { kind: "file", path: "/etc/modules-load.d/pulumi-lvs.conf", mode: "0644", content: "ip_vs\n" },
      { kind: "module", name: "ip_vs" },
      ...holdSysctls(kernelSettings),
      ...holdHealthChecks(director, services),
      ...silence(director, services),
      ...healthDaemon(services),
      ...services.map(inKernel),
      ...announcedVips(vipsOf(services), director.address),
    ],
  };
}

/** ldirectord alone fills the table: ipvsadm must neither load rules at boot nor start a sync daemon. */
function ipvsadm(): Item[] {
  const settings = "/etc/default/ipvsadm";
  return [
    {
      kind: "debconf",
      package: "ipvsadm",
      answers: [
        { question: "ipvsadm/auto_load_rules", type: "boolean", value: "false" },
        { question: "ipvsadm/daemon_method", type: "select", value: "none" },
      ],
    },
    { kind: "packages", names: ["ipvsadm", "ldirectord", "iputils-arping"], units: [unit] },
    { kind: "assignment", path: settings, key: "AUTO", value: "false" },
    { kind: "assignment", path: settings, key: "DAEMON", value: "none" },
  ];
}

/** Proven before anything is balanced; a routed VIP is not on the link. */
function silence({ address }: Director, services: readonly VirtualService[]): Item[] {
  const vips = vipsOf(services.filter(({ routed }) => !routed));
  const known = new Map(
    services.flatMap(({ realServers }) => realServers.map((to) => [to.address, to.name])),
  );
  const realServers = [...known].map(([at, name]) => ({ name, address: at }));
  return vips.length === 0 ? [] : [{ kind: "silence", vips, askedFrom: address, realServers }];
}

function healthDaemon(services: readonly VirtualService[]): Item[] {
  return [
    ...services.map((service): Item => ({ kind: "record", of: "service", id: serviceKey(service) })),
    { kind: "drain", services: services.map(drainTerms) },
    {
      kind: "file",
      path: "/etc/ha.d/ldirectord.cf",
      mode: "0644",
      content: renderLdirectord(services),
      notify: unit,
      check: "ldirectord",
    },
    { kind: "unit", name: unit, enabled: true, active: true },
  ];
}

function drainTerms(service: VirtualService): DrainTerms {
  const { drainSeconds, onDrainTimeout, fallback, port, realServers } = service;
  return {
    key: serviceKey(service),
    seconds: drainSeconds,
    onTimeout: onDrainTimeout,
    checkFile: checkFileOf(service),
    staying: [
      ...realServers.map((to) => `${to.address}:${to.port}`),
      ...(fallback ? [`!${fallback}:${port}`] : []),
    ],
  };
}

/** ldirectord checks the real servers of a service one after the other before it adds them. */
function inKernel(service: VirtualService): Item {
  const { intervalSeconds, timeoutSeconds } = service.healthCheck;
  return {
    kind: "service",
    key: serviceKey(service),
    rules: renderIpvsRules(service),
    fallback: service.fallback && `${service.fallback}:${service.port}`,
    whenDown: keepsAtZero(service) ? "quiesced" : "removed",
    settleSeconds: intervalSeconds + timeoutSeconds * service.realServers.length + 10,
  };
}
