import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseServiceKey, type ServiceAddress, serviceKey } from "../../model/serviceAddress.ts";

const services: fc.Arbitrary<ServiceAddress> = fc.record({
  knownBy: fc.constant("port"),
  protocol: fc.constantFrom("tcp", "udp"),
  address: fc.ipV4(),
  port: fc.integer({ min: 1, max: 65535 }),
});

describe("the key of a service", () => {
  it("names it as the kernel tells it apart", () => {
    expect(serviceKey({ knownBy: "port", protocol: "udp", address: "192.0.2.1", port: 53 })).toBe(
      "udp 192.0.2.1:53",
    );
  });

  it("says everything of it", () => {
    fc.assert(
      fc.property(services, (service) => {
        expect(parseServiceKey(serviceKey(service))).toEqual(service);
      }),
    );
  });

  it.each(["sctp 192.0.2.1:80", "toString 192.0.2.1:80", "tcp 192.0.2.1", "192.0.2.1:80", "all"])(
    "is nothing else: %s",
    (text) => {
      expect(() => parseServiceKey(text)).toThrow(/is not (a service|ADDRESS:PORT)$/);
    },
  );
});
