/** IPv4 arithmetic the rules need, over ipaddr.js. */
import ipaddr from "ipaddr.js";

/** Whether `text` is an IPv4 address in four decimal parts (RFC 1123 §2.1). */
export function isAddress(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text);
}

/** Whether `text` is a network in CIDR notation, its host bits zero (RFC 4632 §3.1). */
export function isSubnet(text: string): boolean {
  if (!ipaddr.IPv4.isValidCIDR(text) || !isAddress(text.split("/")[0] ?? "")) return false;
  return ipaddr.IPv4.networkAddressFromCIDR(text).toString() === text.split("/")[0];
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
