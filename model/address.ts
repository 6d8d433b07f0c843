/** Addresses, networks and endpoints, over ipaddr.js. The only file that knows of address families: today there is IPv4. */
import ipaddr from "ipaddr.js";

/** Where something listens, or is sent to. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** `ADDRESS:PORT`, as ipvsadm(8), ldirectord(8) and Apache write it. */
export function endpointText({ address, port }: Endpoint): string {
  return `${address}:${port}`;
}

/** Whether `text` is `ADDRESS:PORT` with an address as `isAddress` has it. */
export function isEndpoint(text: string): boolean {
  return isAddress(/^(.+):\d+$/.exec(text)?.[1] ?? "");
}

/** Takes `ADDRESS:PORT` apart. */
export function parseEndpoint(text: string): Endpoint {
  const [, address = "", port] = /^(.+):(\d+)$/.exec(text) ?? [];
  if (!isAddress(address)) throw new Error(`"${text}" is not ADDRESS:PORT`);
  return { address, port: Number(port) };
}

/** The host's own loopback address. */
export const loopback = "127.0.0.1";

/** The netmask that makes each address a network of its own. */
export const hostMask = "255.255.255.255";

/** The network that has this one address, in CIDR notation. */
export function hostSubnet(address: string): string {
  return `${address}/32`;
}

/** Whether `text` is an IPv4 address in four decimal parts (RFC 1123 §2.1). */
export function isAddress(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text);
}

/** Whether `text` is a network in CIDR notation, its host bits zero (RFC 4632 §3.1). */
export function isSubnet(text: string): boolean {
  if (!ipaddr.IPv4.isValidCIDR(text) || !isAddress(networkAddress(text))) return false;
  return ipaddr.IPv4.networkAddressFromCIDR(text).toString() === networkAddress(text);
}

/** `192.0.2.0` of `192.0.2.0/24`. */
export function networkAddress(subnet: string): string {
  return subnet.split("/")[0] ?? "";
}

/** 24 of `192.0.2.0/24`. */
export function prefixLength(subnet: string): number {
  return Number(subnet.split("/")[1]);
}

/** Whether `address` lies in `subnet`. Both must be valid. */
export function contains(subnet: string, address: string): boolean {
  return ipaddr.IPv4.parse(address).match(ipaddr.IPv4.parseCIDR(subnet));
}

/** Whether `address` can be given to a host of `subnet`: neither its network nor its broadcast address. */
export function isUsable(subnet: string, address: string): boolean {
  return (
    contains(subnet, address) &&
    address !== ipaddr.IPv4.networkAddressFromCIDR(subnet).toString() &&
    address !== ipaddr.IPv4.broadcastAddressFromCIDR(subnet).toString()
  );
}

/** First address that a host of `subnet` can have. */
export function firstUsable(subnet: string): string {
  return neighbour(ipaddr.IPv4.networkAddressFromCIDR(subnet), 1);
}

/** Last address that a host of `subnet` can have. */
export function lastUsable(subnet: string): string {
  return neighbour(ipaddr.IPv4.broadcastAddressFromCIDR(subnet), -1);
}

/** Whether one host can have `address`: not loopback, multicast, broadcast or unspecified (RFC 6890 §2.2.2). */
export function isUnicast(address: string): boolean {
  return !["loopback", "multicast", "broadcast", "unspecified"].includes(ipaddr.IPv4.parse(address).range());
}

/** Whether `text` is a netmask: ones, then zeros (RFC 950 §2.1 leaves gaps open; nobody means them). */
export function isNetmask(text: string): boolean {
  return isAddress(text) && ipaddr.IPv4.parse(text).prefixLengthFromSubnetMask() !== null;
}

function neighbour(address: ipaddr.IPv4, step: number): string {
  const value = address.octets.reduce((sum, octet) => sum * 256 + octet, 0) + step;
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}
