/** What must hold between virtual services, their VIPs and the hosts. */
import { isUnicast, isUsable } from "../address.ts";
import { destinations, hosts, services } from "../paths.ts";
import { serviceKey } from "../serviceAddress.ts";
import { issue, type Rule } from "./rule.ts";

export const serviceRules: readonly Rule[] = [
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
        return [issue(path, server.vips, `add ${service.address} to the VIPs of ${to.name}`)];
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
];

function names(hosts: readonly { readonly name: string }[]): string {
  return hosts.map(({ name }) => name).join(", ") || "there is none";
}
