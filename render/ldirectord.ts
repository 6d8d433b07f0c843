/** Virtual services → ldirectord.cf (ldirectord(8)), every default written out so that no version decides for us. */
import { endpointText } from "../model/address.ts";
import type { Destination, VirtualService } from "../model/cluster.ts";
import { forwardingWords } from "./forwarding.ts";
import { keepsAtZero, type Way, wayOf } from "./healthCheck.ts";
import { flagsOf } from "./ipvs.ts";
import { checkFileOf } from "./ldirectordChecks.ts";

const checktypes: Readonly<Record<Way, string>> = { throughVip: "external-perl", ping: "ping", never: "on" };

/** The whole file. */
export function renderLdirectord(services: readonly VirtualService[], extraLines: readonly string[]): string {
  return [globals(extraLines), ...services.map(virtual)].join("\n");
}

function globals(extraLines: readonly string[]): string {
  return lines([
    "# Written by pulumi-lvs; changes made here are replaced by the next `pulumi up`.",
    "checktimeout = 5",
    "negotiatetimeout = 5",
    "checkinterval = 10",
    "failurecount = 1",
    // A process per virtual service: a slow check holds up no other service, and each has its own interval.
    "fork = yes",
    "autoreload = no",
    "quiescent = no",
    // "no" would put every real server into the table for a moment before its first check.
    "readdquiescent = yes",
    // "yes" would empty the table whenever the daemon stops.
    "cleanstop = no",
    "supervised = no",
    'logfile = "/var/log/ldirectord.log"',
    ...extraLines,
  ]);
}

/** Lines of a virtual are indented and follow each other without a gap; either ends it otherwise. */
function virtual(service: VirtualService): string {
  const { healthCheck, persistence, fallback, port } = service;
  const checkFile = checkFileOf(service);
  const flags = flagsOf(service);
  const gate = forwardingWords[service.forwarding].ldirectord;
  return lines([
    `virtual = ${endpointText(service)}`,
    ...[
      `servicename = ${service.name}`,
      ...service.realServers.map((to) => `real = ${real(to, gate)}`),
      ...(fallback ? [`fallback = ${endpointText({ address: fallback, port })} ${gate}`] : []),
      `protocol = ${service.protocol}`,
      `scheduler = ${service.scheduler}`,
      ...(flags.length > 0 ? [`schedflags = ${flags.join(",")}`] : []),
      ...(persistence
        ? [`persistent = ${persistence.timeoutSeconds}`, `netmask = ${persistence.netmask}`]
        : []),
      `checktype = ${checktypes[wayOf(service)]}`,
      ...(checkFile ? [`checkcommand = "${checkFile}"`] : []),
      `checkinterval = ${healthCheck.intervalSeconds}`,
      `checktimeout = ${healthCheck.timeoutSeconds}`,
      `failurecount = ${healthCheck.failures}`,
      `quiescent = ${keepsAtZero(service) ? "yes" : "no"}`,
      ...service.extraLines.ldirectord,
    ].map((line) => `    ${line}`),
  ]);
}

/** The weight is always written: without one, digits in a request would be taken for it. */
function real(to: Destination, gate: string): string {
  const { weight, lowerThreshold, upperThreshold } = to;
  const thresholds = upperThreshold > 0 ? ` l:${lowerThreshold} u:${upperThreshold}` : "";
  return `${endpointText(to)} ${gate} ${weight}${thresholds}`;
}

function lines(all: readonly string[]): string {
  return `${all.join("\n")}\n`;
}
