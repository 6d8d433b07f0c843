/** What a cluster must satisfy beyond the shape of its settings, as a list of named rules. */
import type { Issue } from "../config/errors.ts";
import { contains, isUnicast, isUsable, loopback } from "./address.ts";
import type { Cluster, Destination, VirtualService } from "./cluster.ts";
import { vipsOf } from "./cluster.ts";
import { fetchedPath, givenPort, transports } from "./healthCheck.ts";
import { forwardingMethods, hashFlags, refusing } from "./lvs.ts";
import { destinations, hosts, managedDestinations, services } from "./places.ts";
import { serviceKey } from "./serviceAddress.ts";

/** One thing that must hold. */
export interface Rule {
  readonly id: string;
  /** Why the rule exists, for documentation and reviewers. */
  readonly reason: string;
  readonly check: (cluster: Cluster) => Issue[];
}

/** Every mistake in the cluster, rule by rule. */
export function clusterIssues(cluster: Cluster): Issue[] {
  return rules.flatMap((rule) => rule.check(cluster));
}

/** Every rule, in the order in which its mistakes are shown. */
export const rules: readonly Rule[] = [
  {
    id: "some-director",
    reason: "Somebody has to hold the VIPs.",
    check: ({ directors }) =>
      directors.length > 0 ? [] : [issue("directors", {}, "give at least one director")],
  },
  {
    id: "director-interface",
    reason: "keepalived's configuration names the interface; one that is guessed may carry the wrong link.",
    check: ({ directors, vrrp }) =>
      directors
        .filter((director) => vrrp && director.interface === undefined)
        .map(({ name }) =>
          issue(
            `directors.${name}.interface`,
            undefined,
            "give the interface that holds its address, such as eth0: several directors speak VRRP on it",
          ),
        ),
  },
  {
    id: "director-priority-once",
    reason:
      "Of two directors with one priority the higher address wins, which nobody has chosen (RFC 5798 §6.4.3).",
    check: ({ directors }) =>
      directors.flatMap(({ name, priority }, index) => {
        const first = directors.findIndex((other) => other.priority === priority);
        const path = `directors.${name}.priority`;
        const remedy = `directors.${directors[first]?.name} has this priority; give another`;
        return first === index ? [] : [issue(path, priority, remedy)];
      }),
  },
  {
    id: "host-name-once",
    reason: "A host is a director or a real server; one name must mean one host.",
    check: ({ directors, realServers }) =>
      realServers
        .filter(({ name }) => directors.some((director) => director.name === name))
        .map(({ name }) =>
          issue(`realServers.${name}`, name, "name it differently: a director has this name"),
        ),
  },
  {
    id: "host-address-once",
    reason: "Two hosts with one address cannot both be reached.",
    check: (cluster) =>
      hosts(cluster).flatMap(({ path, address }, index, all) => {
        const first = all.findIndex((other) => other.address === address);
        return first === index
          ? []
          : [issue(`${path}.address`, address, `${all[first]?.path} has this address; give another`)];
      }),
  },
  {
    id: "host-on-link",
    reason: "Direct routing forwards by MAC address, which works on one link only.",
    check: (cluster) =>
      hosts(cluster)
        .filter(({ address }) => !isUsable(cluster.subnet, address))
        .map(({ path, address }) =>
          issue(
            `${path}.address`,
            address,
            `give an address of ${cluster.subnet}: direct routing reaches only its own link`,
          ),
        ),
  },
  {
    id: "real-server-exists",
    reason: "A service can only send connections to hosts that are described.",
    check: (cluster) =>
      destinations(cluster)
        .filter(({ to }) => !cluster.realServers.some(({ name }) => name === to.name))
        .map(({ path, to }) =>
          issue(path, to.name, `name one of realServers: ${names(cluster.realServers)}`),
        ),
  },
  {
    id: "real-server-holds-vip",
    reason: "A real server without the VIP drops every packet that direct routing sends it.",
    check: (cluster) =>
      destinations(cluster).flatMap(({ path, service, to }) => {
        const server = cluster.realServers.find(({ name }) => name === to.name);
        if (!server || server.vips.includes(service.address)) return [];
        return [issue(path, server.vips, `add ${service.address} to the virtual addresses of ${to.name}`)];
      }),
  },
  {
    id: "service-has-real-servers",
    reason: "A VIP that nobody serves refuses every connection.",
    check: (cluster) =>
      services(cluster)
        .filter(({ service }) => service.realServers.length === 0)
        .map(({ path }) =>
          issue(`${path}.realServers`, {}, "name at least one real server that is not drained"),
        ),
  },
  {
    id: "service-once",
    reason: "The kernel knows one virtual service per protocol, address and port.",
    check: (cluster) =>
      services(cluster).flatMap(({ path, service }, index, all) => {
        const first = all.findIndex((other) => serviceKey(other.service) === serviceKey(service));
        return first === index
          ? []
          : [
              issue(
                path,
                serviceKey(service),
                `${all[first]?.path} has this protocol, address and port; change one`,
              ),
            ];
      }),
  },
  {
    id: "vip-is-no-host",
    reason: "A VIP moves between hosts; an address of a host must stay its own.",
    check: (cluster) =>
      services(cluster).flatMap(({ path, service }) => {
        const host = hosts(cluster).find(({ address }) => address === service.address);
        return host
          ? [issue(`${path}.address`, service.address, `${host.path} has this address; give the VIP its own`)]
          : [];
      }),
  },
  {
    id: "vip-is-unicast",
    reason: "A connection has one other end; loopback, multicast and broadcast addresses are none.",
    check: (cluster) =>
      services(cluster)
        .filter(({ service }) => !isUnicast(service.address))
        .map(({ path, service }) =>
          issue(`${path}.address`, service.address, "give an address that one host can have"),
        ),
  },
  {
    id: "vip-on-link",
    reason: "The director answers ARP for the VIP on its link; elsewhere only a route brings packets to it.",
    check: (cluster) =>
      services(cluster)
        .filter(({ service }) => !service.routed && !isUsable(cluster.subnet, service.address))
        .map(({ path, service }) =>
          issue(
            `${path}.address`,
            service.address,
            `give an address of ${cluster.subnet}, or set routed: true if a router sends it there`,
          ),
        ),
  },
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
  {
    id: "apache-speaks-http",
    reason: "The managed Apache serves HTTP; TLS needs certificates that are not ours to make.",
    check: (cluster) =>
      managedDestinations(cluster)
        .filter(({ service }) => service.protocol !== "tcp" || service.healthCheck.type === "https")
        .map(({ path, service, to }) =>
          issue(
            path,
            `${service.protocol}, ${service.healthCheck.type} check`,
            `the managed Apache of ${to.name} serves plain HTTP; remove realServers.${to.name}.apache`,
          ),
        ),
  },
  {
    id: "apache-listens",
    reason: "A managed Apache listens on the ports it was given, for clients and for health checks.",
    check: (cluster) =>
      managedDestinations(cluster).flatMap(({ service, to, apache }) => {
        const path = `virtualServices.${service.name}`;
        const asked = {
          [`${path}.port`]: service.port,
          [`${path}.healthCheck.port`]: givenPort(service.healthCheck),
        };
        return Object.entries(asked)
          .filter(([, port]) => port !== undefined && !apache.ports.includes(port))
          .map(([at, port]) =>
            issue(
              at,
              port,
              `give one of ${apache.ports.join(", ")}: the managed Apache of ${to.name} listens there`,
            ),
          );
      }),
  },
  {
    id: "apache-knows-path",
    reason: "Apache compares a path decoded, so one written with % is never found.",
    check: (cluster) =>
      managedDestinations(cluster)
        .filter(({ service }) => fetchedPath(service.healthCheck)?.includes("%"))
        .map(({ service, to }) =>
          issue(
            `virtualServices.${service.name}.healthCheck.path`,
            fetchedPath(service.healthCheck),
            `give a path without %: the managed Apache of ${to.name} compares it decoded`,
          ),
        ),
  },
];

function issue(path: string, given: unknown, remedy: string): Issue {
  return { path, given, remedy };
}

function names(hosts: readonly { readonly name: string }[]): string {
  return hosts.map(({ name }) => name).join(", ") || "there is none";
}

function isQuiesced({ weight }: Destination): boolean {
  return weight === 0;
}

function asksItsPortOverTcp({ healthCheck }: VirtualService): boolean {
  return transports[healthCheck.type] === "tcp" && givenPort(healthCheck) === undefined;
}
