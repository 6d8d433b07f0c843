/** What must hold of how a virtual service spreads connections and checks real servers. */

import { contains, loopback } from "../address.ts";
import type { Destination, VirtualService } from "../cluster.ts";
import { vipsOf } from "../cluster.ts";
import { givenPort, transports } from "../healthCheck.ts";
import { forwardingMethods, hashFlags, refusing } from "../lvs.ts";
import { destinations, services } from "../paths.ts";
import { issue, type Rule } from "./rule.ts";

export const balancingRules: readonly Rule[] = [
  {
    id: "port-kept",
    reason: "Direct routing passes packets on unchanged, port included.",
    check: (cluster) =>
      destinations(cluster)
        .filter(
          ({ service, to }) => !forwardingMethods[service.forwarding].remapsPort && to.port !== service.port,
        )
        .map(({ path, service, to }) =>
          issue(
            `${path}.port`,
            to.port,
            `give ${service.port} or leave it out: ${forwardingMethods[service.forwarding].inWords} cannot change the port`,
          ),
        ),
  },
  {
    id: "thresholds-in-order",
    reason: "A real server must be allowed back below the number that shut it out.",
    check: (cluster) =>
      destinations(cluster)
        .filter(({ to }) => to.lowerThreshold > 0 && to.lowerThreshold >= to.upperThreshold)
        .map(({ path, to }) =>
          issue(
            `${path}.lowerThreshold`,
            to.lowerThreshold,
            `give less than upperThreshold (${to.upperThreshold})`,
          ),
        ),
  },
  {
    id: "hash-port-scheduler",
    reason: "The other schedulers hash nothing; the kernel would take no notice.",
    check: (cluster) =>
      services(cluster)
        .filter(({ service }) => service.hashPort && !hashFlags[service.scheduler])
        .map(({ path, service }) =>
          issue(
            `${path}.hashPort`,
            true,
            `leave it out, or give scheduler ${Object.keys(hashFlags).join(" or ")}: ${service.scheduler} does not hash clients`,
          ),
        ),
  },
  {
    id: "dh-refuses-at-zero",
    reason: "dh refuses clients that fall on a real server of weight 0, for as long as it stays so.",
    check: (cluster) =>
      services(cluster)
        .filter(({ service }) => service.scheduler === refusing)
        .flatMap(({ path, service }) => [
          ...service.realServers
            .filter(isQuiesced)
            .map(({ name }) =>
              issue(
                `${path}.realServers.${name}.weight`,
                0,
                `give at least 1, or another scheduler such as sh: ${refusing} refuses clients of one at weight 0`,
              ),
            ),
          ...(service.quiescent
            ? [
                issue(
                  `${path}.quiescent`,
                  true,
                  `leave it out, or give another scheduler such as sh: ${refusing} refuses clients of one at weight 0`,
                ),
              ]
            : []),
        ]),
  },
  {
    id: "udp-check",
    reason: "A port that is served over UDP alone answers no connection check.",
    check: (cluster) =>
      services(cluster)
        .filter(({ service }) => service.protocol === "udp" && asksItsPortOverTcp(service))
        .map(({ path, service }) =>
          issue(
            `${path}.healthCheck.type`,
            service.healthCheck.type,
            "give ping or none, or a healthCheck.port that speaks TCP",
          ),
        ),
  },
  {
    id: "keepalived-some-weight",
    reason: "keepalived's quorum is a weight of at least 1; it refuses a service that can never have it.",
    check: (cluster) =>
      services(cluster)
        .filter(() => cluster.healthEngine === "keepalived")
        .filter(({ service: { realServers } }) => realServers.length > 0 && realServers.every(isQuiesced))
        .map(({ path }) =>
          issue(
            `${path}.realServers`,
            "weight 0 for all",
            "give one of them a weight, or use healthEngine: ldirectord: keepalived has no service without weight",
          ),
        ),
  },
  {
    id: "fallback-reachable",
    reason:
      "The fallback gets the same packets as a real server: it must be on the link, or the director itself.",
    check: (cluster) =>
      services(cluster).flatMap(({ path, service: { fallback, realServers } }) => {
        if (fallback === undefined || fallback === loopback) return [];
        if (vipsOf(cluster.virtualServices).includes(fallback))
          return [
            issue(
              `${path}.fallback`,
              fallback,
              `give the address of a host, not a VIP; ${loopback} is the director`,
            ),
          ];
        if (realServers.some(({ address }) => address === fallback))
          return [
            issue(`${path}.fallback`, fallback, "give a host that is not one of this service's real servers"),
          ];
        if (!contains(cluster.subnet, fallback))
          return [
            issue(`${path}.fallback`, fallback, `give an address of ${cluster.subnet}, or ${loopback}`),
          ];
        return [];
      }),
  },
];

function isQuiesced({ weight }: Destination): boolean {
  return weight === 0;
}

function asksItsPortOverTcp({ healthCheck }: VirtualService): boolean {
  return transports[healthCheck.type] === "tcp" && givenPort(healthCheck) === undefined;
}
