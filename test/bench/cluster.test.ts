import ipaddr from "ipaddr.js";
import { expect, it } from "vitest";
import { layOut, mostRealServers, subnet, workOn } from "../../bench/cluster.ts";

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4JzGfrxo7EcDtfHOmTdvuCc7XDSmiSL9CqWmcbJfKX";
const options = { keyFile: "/tmp/id", withDirector: true, weight: 3 };

it("gives each host an address of its own on the link", () => {
  const addresses = layOut(mostRealServers).map(({ address }) => address);
  expect(new Set(addresses).size).toBe(mostRealServers + 1);
  const link = ipaddr.IPv4.parseCIDR(subnet);
  expect(addresses.filter((address) => !ipaddr.IPv4.parse(address).match(link))).toEqual([]);
});

it("plans for hosts in the order in which the program gets them", () => {
  const hosts = layOut(11).map((host) => ({ ...host, hostKey }));
  const { plans, settings } = workOn(hosts, options);
  const names = plans.map(({ host }) => host);
  expect(names.slice(0, 4)).toEqual(["rs1", "rs10", "rs11", "rs2"]);
  expect(settings.virtualServices).toMatchObject({ web: { realServers: { rs1: { weight: 3 } } } });
});

it("says where a host's SSH server listens", () => {
  const ssh = { host: "127.0.0.1", port: 40022 };
  const hosts = layOut(1).map((host) => ({ ...host, hostKey, ...(host.name === "rs1" && { ssh }) }));
  const { directors, realServers } = workOn(hosts, options).settings;
  expect(directors).toMatchObject({ lb1: { ssh: { hostKey } } });
  expect(realServers).toMatchObject({ rs1: { address: "198.18.17.1", ssh: { hostKey, ...ssh } } });
});

it("gives each service and each host an address of its own", () => {
  const hosts = layOut(3).map((host) => ({ ...host, hostKey }));
  const { settings } = workOn(hosts, { ...options, services: 1600 });
  const services = Object.values(settings.virtualServices as Record<string, { address: string }>);
  const addresses = [...services, ...hosts].map(({ address }) => address);
  expect(new Set(addresses).size).toBe(1600 + 4);
  const link = ipaddr.IPv4.parseCIDR(subnet);
  expect(addresses.filter((address) => !ipaddr.IPv4.parse(address).match(link))).toEqual([]);
});
