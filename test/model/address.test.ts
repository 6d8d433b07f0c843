import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  contains,
  endpointText,
  firstUsable,
  hostSubnet,
  isAddress,
  isNetmask,
  isSubnet,
  isUsable,
  lastUsable,
  parseEndpoint,
  prefixLength,
} from "../../model/address.ts";

const addresses = fc.ipV4();
const subnets = fc.tuple(fc.nat(2 ** 32 - 1), fc.integer({ min: 0, max: 32 })).map(([bits, length]) => {
  const size = 2 ** (32 - length);
  return `${dotted(Math.floor(bits / size) * size)}/${length}`;
});

describe("an endpoint", () => {
  it("is written as ADDRESS:PORT, and read back", () => {
    expect(endpointText({ address: "192.0.2.10", port: 80 })).toBe("192.0.2.10:80");
    const endpoints = fc.record({ address: addresses, port: fc.integer({ min: 0, max: 65535 }) });
    fc.assert(
      fc.property(endpoints, (endpoint) => {
        expect(parseEndpoint(endpointText(endpoint))).toEqual(endpoint);
      }),
    );
  });

  it.each(["", "192.0.2.10", "192.0.2.10:", ":80", "192.0.2.10:http", "web1:80", "192.0.2.10:80 "])(
    "is not %j",
    (text) => {
      expect(() => parseEndpoint(text)).toThrow("is not ADDRESS:PORT");
    },
  );
});

describe("hostSubnet", () => {
  it("has one address", () => {
    fc.assert(
      fc.property(addresses, addresses, (address, other) => {
        expect(isSubnet(hostSubnet(address))).toBe(true);
        expect(prefixLength(hostSubnet(address))).toBe(32);
        expect(contains(hostSubnet(address), other)).toBe(other === address);
      }),
    );
  });
});

describe("isAddress", () => {
  it.each(["0.0.0.0", "192.0.2.10", "255.255.255.255"])("accepts %s", (text) => {
    expect(isAddress(text)).toBe(true);
  });

  it.each([
    "",
    "192.0.2",
    "192.0.2.256",
    "192.0.2.1.1",
    "192.0.2.01",
    "0xc0.0.2.1",
    " 192.0.2.1",
    "192.0.2.1\n",
    "::1",
    "a.b.c.d",
  ])("refuses %j", (text) => {
    expect(isAddress(text)).toBe(false);
  });

  it("accepts every address", () => {
    fc.assert(fc.property(addresses, isAddress));
  });

  it("refuses whatever does not print as it was written", () => {
    fc.assert(fc.property(fc.string(), (text) => !isAddress(text) || dotted(numberOf(text)) === text));
  });
});

describe("isSubnet", () => {
  it.each(["192.0.2.0/24", "0.0.0.0/0", "192.0.2.7/32", "192.0.2.8/30"])("accepts %s", (text) => {
    expect(isSubnet(text)).toBe(true);
  });

  it.each([
    "",
    "192.0.2.0",
    "192.0.2.1/24",
    "192.0.2.0/33",
    "192.0.2.0/-1",
    "192.0.2/24",
    "192.0.2.0/24/1",
    "fd00::/64",
  ])("refuses %j", (text) => {
    expect(isSubnet(text)).toBe(false);
  });

  it("accepts a network only with its host bits zero", () => {
    fc.assert(
      fc.property(addresses, fc.integer({ min: 0, max: 32 }), (address, length) => {
        const hasHostBits = numberOf(address) % 2 ** (32 - length) !== 0;
        expect(isSubnet(`${address}/${length}`)).toBe(!hasHostBits);
      }),
    );
  });
});

describe("isNetmask", () => {
  it.each(["255.255.255.255", "255.255.255.0", "255.255.240.0", "128.0.0.0", "0.0.0.0"])(
    "accepts %s",
    (text) => {
      expect(isNetmask(text)).toBe(true);
    },
  );

  it.each(["", "24", "/24", "255.255.255", "255.0.255.0", "0.0.0.255", "255.255.255.253"])(
    "refuses %j",
    (text) => {
      expect(isNetmask(text)).toBe(false);
    },
  );
});

describe("contains", () => {
  it.each([
    ["192.0.2.0/24", "192.0.2.0", true],
    ["192.0.2.0/24", "192.0.2.255", true],
    ["192.0.2.0/24", "192.0.3.0", false],
    ["192.0.2.8/29", "192.0.2.16", false],
    ["0.0.0.0/0", "203.0.113.1", true],
  ])("%s, %s: %s", (subnet, address, expected) => {
    expect(contains(subnet, address)).toBe(expected);
  });

  it("is the same as lying between the network's first and last address", () => {
    fc.assert(
      fc.property(subnets, addresses, (subnet, address) => {
        const { first, last } = rangeOf(subnet);
        const value = numberOf(address);
        expect(contains(subnet, address)).toBe(value >= first && value <= last);
      }),
    );
  });
});

describe("firstUsable and lastUsable", () => {
  it("are beside the first and the last address of a network", () => {
    fc.assert(
      fc.property(subnets, (subnet) => {
        const { first, last } = rangeOf(subnet);
        fc.pre(last - first > 1);
        expect([firstUsable(subnet), lastUsable(subnet)]).toEqual([dotted(first + 1), dotted(last - 1)]);
      }),
    );
  });
});

describe("isUsable", () => {
  it.each([
    ["192.0.2.0/24", "192.0.2.1", true],
    ["192.0.2.0/24", "192.0.2.254", true],
    ["192.0.2.0/24", "192.0.2.0", false],
    ["192.0.2.0/24", "192.0.2.255", false],
    ["192.0.2.0/24", "192.0.3.1", false],
    ["192.0.0.0/16", "192.0.2.0", true],
  ])("%s, %s: %s", (subnet, address, expected) => {
    expect(isUsable(subnet, address)).toBe(expected);
  });

  it("leaves out the first and the last address of a network, and nothing else", () => {
    fc.assert(
      fc.property(subnets, (subnet) => {
        const { first, last } = rangeOf(subnet);
        expect(isUsable(subnet, dotted(first))).toBe(false);
        expect(isUsable(subnet, dotted(last))).toBe(false);
        if (last - first > 1) {
          expect(isUsable(subnet, dotted(first + 1))).toBe(true);
          expect(isUsable(subnet, dotted(last - 1))).toBe(true);
        }
      }),
    );
  });
});

function numberOf(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function dotted(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

function rangeOf(subnet: string): { first: number; last: number } {
  const [address = "", length] = subnet.split("/");
  const first = numberOf(address);
  return { first, last: first + 2 ** (32 - Number(length)) - 1 };
}
