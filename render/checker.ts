/** The health checks that go on beside keepalived: one process that runs all of them, what it is told, and where it says what it finds. */
import { endpointText } from "../model/address.ts";
import type { Destination, Director, VirtualService } from "../model/cluster.ts";
import { serviceKey } from "../model/serviceAddress.ts";
import { forwardingWords } from "./forwarding.ts";
import { checkedThroughVip, checkSettings, keepsAtZero, perlFile } from "./healthCheck.ts";
import type { Item } from "./hostPlan.ts";
import { ipvsadmAt } from "./ipvs.ts";
import { hostPaths } from "./paths.ts";
import { perlHash } from "./perl.ts";
import { checkerProgram } from "./shellLibrary.ts";

/** Its unit. */
export const checkerUnit = "pulumi-lvs-checker.service";

const program = `/usr/bin/perl ${hostPaths.programs}/checker.pl`;

/** Makes a table that is there already right before keepalived starts. */
export const prepareTable = `${program} prepare`;

/** As systemd.exec(5) has it: below /run, as what has been found of hosts says nothing after a restart. */
const runtimeDirectory = hostPaths.checkResults.replace("/run/", "");

/** The file that says whether a real server of a service is down: 0 or 1. */
export function resultOf(service: VirtualService, to: Destination): string {
  return `${hostPaths.checkResults}/${serviceKey(service).replaceAll(" ", "-")}-${endpointText(to)}`;
}

/** It runs, and has been told of all services, before keepalived is. */
export function holdChecker(director: Director, services: readonly VirtualService[]): Item[] {
  const checked = checkedThroughVip(services);
  if (checked.length === 0) return [];
  return [
    {
      ...perlFile(`${hostPaths.programs}/checker.pl`, checkerProgram),
      check: "syntax",
      program: "host/checker.pl",
      notify: checkerUnit,
    },
    {
      ...perlFile(
        `${hostPaths.programs}/services`,
        [
          "# What pulumi-lvs-checker.service asks.",
          "# Written by pulumi-lvs; changes made here are replaced by the next `pulumi up`.",
          ...checked.map((service) => `${perlHash(asked(director, service), "")},`),
          "",
        ].join("\n"),
      ),
      check: "checker",
      notify: checkerUnit,
    },
    {
      kind: "file",
      path: `/etc/systemd/system/${checkerUnit}`,
      mode: "0644",
      content: `${unit.join("\n")}\n`,
    },
    { kind: "unit", name: checkerUnit, enabled: true, active: true },
  ];
}

function asked(director: Director, service: VirtualService) {
  const { intervalSeconds, failures } = service.healthCheck;
  const rules = service.realServers.map((to) => [endpointText(to), rulesOf(service, to)] as const);
  return {
    ...checkSettings(director, service),
    intervalSeconds,
    failures,
    vip: service.address,
    key: serviceKey(service),
    realServers: Object.fromEntries(rules),
  };
}

/** How ipvsadm sets the rule of a real server that is there already, by whether that one is up or down. */
export function rulesOf(service: VirtualService, to: Destination) {
  const rule = `${ipvsadmAt(service)} -r ${endpointText(to)}`;
  const { ipvsadm } = forwardingWords[service.forwarding];
  const edit = (weight: number) =>
    `-e ${rule} ${ipvsadm} -w ${weight} -x ${to.upperThreshold} -y ${to.lowerThreshold}`;
  return { up: edit(to.weight), down: keepsAtZero(service) ? edit(0) : `-d ${rule}` };
}

/** systemd.exec(5): the results outlive a crash, and not a stop. */
const unit = [
  "[Unit]",
  "Description=LVS director: asks all real servers of all services",
  "Wants=network-online.target",
  "After=network-online.target systemd-modules-load.service",
  "",
  "[Service]",
  "Type=notify",
  `ExecStart=${program} run`,
  `ExecReload=${program} reload $MAINPID`,
  "Restart=always",
  "TimeoutStartSec=infinity",
  "WatchdogSec=60",
  `RuntimeDirectory=${runtimeDirectory}`,
  "RuntimeDirectoryPreserve=restart",
  "SyslogIdentifier=pulumi-lvs-checker",
  "",
  "[Install]",
  "WantedBy=multi-user.target",
];
