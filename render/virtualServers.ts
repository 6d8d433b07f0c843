/** Virtual services → virtual_server blocks (keepalived.conf(5)), every default written out so that no version decides for us. */
import { endpointText } from "../model/address.ts";
import type { Destination, VirtualService } from "../model/cluster.ts";
import { serviceKey } from "../model/serviceAddress.ts";
import { resultOf, rulesOf } from "./checker.ts";
import { forwardingWords } from "./forwarding.ts";
import { checkedThroughVip, keepsAtZero, type Way, wayOf } from "./healthCheck.ts";
import { flagsOf } from "./ipvs.ts";
import { block } from "./keepalived.ts";

/** The whole file. */
export function renderVirtualServers(
  services: readonly VirtualService[],
  extraLines: readonly string[],
): string {
  const blocks = [
    block("global_defs", ["enable_script_security", "script_user root", "smtp_alert off", ...extraLines]),
    ...trackedFiles(services),
    ...services.map(virtualServer),
  ];
  return [
    "# Written by pulumi-lvs; changes made here are replaced by the next `pulumi up`.\n",
    ...blocks.map((lines) => `${lines.join("\n")}\n`),
  ].join("\n");
}

function virtualServer(service: VirtualService): string[] {
  const { address, port, healthCheck, persistence, fallback } = service;
  return block(`virtual_server ${address} ${port}`, [
    `protocol ${service.protocol.toUpperCase()}`,
    `lvs_sched ${service.scheduler}`,
    ...flagsOf(service),
    `lvs_method ${forwardingWords[service.forwarding].keepalived}`,
    ...(persistence
      ? [
          `persistence_timeout ${persistence.timeoutSeconds}`,
          `persistence_granularity ${persistence.netmask}`,
        ]
      : []),
    // Nobody gets connections before its first check, which is made at once.
    "alpha on",
    "warmup 0",
    `delay_loop ${healthCheck.intervalSeconds}`,
    ...(keepsAtZero(service) ? ["inhibit_on_failure"] : []),
    ...(fallback ? [`sorry_server ${fallback} ${port}`] : []),
    ...service.extraLines.keepalived,
    ...service.realServers.flatMap((to) => realServer(service, to)),
  ]);
}

function realServer(service: VirtualService, to: Destination): string[] {
  const { upperThreshold, lowerThreshold } = to;
  const limited = upperThreshold > 0;
  return block(`real_server ${to.address} ${to.port}`, [
    `weight ${to.weight}`,
    ...(limited ? [`uthreshold ${upperThreshold}`, `lthreshold ${lowerThreshold}`] : []),
    ...checkers[wayOf(service)](service, to),
  ]);
}

/**
 * When keepalived starts, it assumes that rules already in the table are its own and correct. Who is asked by the checker has
 * been prepared for that; these scripts set the rule of another one again.
 */
function reconciled(service: VirtualService, to: Destination): string[] {
  const { up, down } = rulesOf(service, to);
  return [`notify_up "/sbin/ipvsadm ${up}"`, `notify_down "/sbin/ipvsadm ${down}"`];
}

const checkers: Readonly<Record<Way, (service: VirtualService, to: Destination) => string[]>> = {
  /**
   * keepalived's own HTTP_GET and TCP_CHECK would ask from random ports, some of which IPVS still sends to a real server
   * that was asked from there before, would count time anew with each packet, and match an answer in pieces.
   */
  throughVip: (service, to) => block("FILE_CHECK", [`track_file ${trackedAs(service, to)}`, "weight 0"]),
  ping: (service, to) => [
    ...reconciled(service, to),
    ...block("PING_CHECK", [`connect_timeout ${service.healthCheck.timeoutSeconds}`, ...inARow(service)]),
  ],
  never: reconciled,
};

/** The files that the checker keeps. */
function trackedFiles(services: readonly VirtualService[]): string[][] {
  return checkedThroughVip(services).flatMap((service) =>
    service.realServers.map((to) =>
      block(`track_file ${trackedAs(service, to)}`, [`file ${resultOf(service, to)}`]),
    ),
  );
}

function trackedAs(service: VirtualService, to: Destination): string {
  return `${serviceKey(service).replaceAll(" ", "-")}-${endpointText(to)}`;
}

function inARow({ healthCheck: { failures, intervalSeconds } }: VirtualService): string[] {
  return [`retry ${failures - 1}`, `delay_before_retry ${intervalSeconds}`];
}
