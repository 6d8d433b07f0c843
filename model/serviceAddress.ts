/** What makes a virtual service one in the kernel's table. */
import { type Endpoint, endpointText, parseEndpoint } from "./address.ts";
import { type Protocol, protocols } from "./lvs.ts";

/** Known by where clients send to (ipvsadm(8), --tcp-service and --udp-service). */
export interface PortAddress extends Endpoint {
  readonly knownBy: "port";
  readonly protocol: Protocol;
}

/** What a service may be known by. */
export type ServiceAddress = PortAddress;

/** The VIPs that clients of the service send to. */
export function vipsAt(service: ServiceAddress): readonly string[] {
  switch (service.knownBy) {
    case "port":
      return [service.address];
  }
}

/** The service in one line, for people, plans and hosts: `tcp 192.0.2.10:80`. */
export function serviceKey(service: ServiceAddress): string {
  switch (service.knownBy) {
    case "port":
      return `${service.protocol} ${endpointText(service)}`;
  }
}

/** The service that `serviceKey` has put in one line. */
export function parseServiceKey(key: string): ServiceAddress {
  const [protocol = "", endpoint = ""] = key.split(" ");
  if (!isProtocol(protocol)) throw new Error(`"${key}" is not a service`);
  return { knownBy: "port", protocol, ...parseEndpoint(endpoint) };
}

function isProtocol(word: string): word is Protocol {
  return Object.hasOwn(protocols, word);
}
