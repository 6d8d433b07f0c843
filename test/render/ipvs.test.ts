import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { serviceKey } from "../../model/serviceAddress.ts";
import { serviceLines } from "../../model/table.ts";
import { inTable } from "../../render/ipvs.ts";
import { clusterOf, readStack, withChanges } from "../fixtures.ts";
import { arbitrarySettings } from "./arbitrarySettings.ts";

const settings = readStack("test/config/valid/lab.yaml");
const web = "virtualServices.web";

describe("what the kernel must hold", () => {
  it.each([
    ["no persistence", {}, "tcp 198.18.7.100:80 scheduler wrr"],
    [
      "persistence",
      { [`${web}.persistence.timeoutSeconds`]: 60 },
      "tcp 198.18.7.100:80 scheduler wrr persistent 60",
    ],
    [
      "persistence of networks",
      { [`${web}.persistence.netmask`]: "255.255.255.0" },
      "tcp 198.18.7.100:80 scheduler wrr persistent 300 mask 255.255.255.0",
    ],
    ["another scheduler", { [`${web}.scheduler`]: "lblcr" }, "tcp 198.18.7.100:80 scheduler lblcr"],
    [
      "a scheduler that hashes clients",
      { [`${web}.scheduler`]: "mh", [`${web}.persistence.netmask`]: "255.255.255.0" },
      "tcp 198.18.7.100:80 scheduler mh persistent 300 mask 255.255.255.0 flags mh-fallback",
    ],
    [
      "one that hashes their ports too",
      { [`${web}.scheduler`]: "sh", [`${web}.hashPort`]: true },
      "tcp 198.18.7.100:80 scheduler sh flags sh-fallback,sh-port",
    ],
    [
      "UDP",
      { [`${web}.protocol`]: "udp", [`${web}.healthCheck.type`]: "none" },
      "udp 198.18.7.100:80 scheduler wrr",
    ],
  ])("is told of a service with %s", (_, changes, expected) => {
    expect(linesFor(changes)[0]).toBe(expected);
  });

  it.each([
    ["its weight", { weight: 7 }, "weight 7"],
    ["no weight", { weight: 0 }, "weight 0"],
    ["thresholds", { upperThreshold: 9, lowerThreshold: 8 }, "weight 1 upper-threshold 9 lower-threshold 8"],
    ["an upper threshold alone", { upperThreshold: 9 }, "weight 1 upper-threshold 9"],
  ])("is told of a real server with %s", (_, destination, expected) => {
    expect(linesFor({ [`${web}.realServers.web1`]: destination })[1]).toBe(
      `tcp 198.18.7.100:80 to 198.18.7.21:80 dr ${expected}`,
    );
  });

  it("is a line for each service and one for each of its real servers, in byte order", () => {
    fc.assert(
      fc.property(arbitrarySettings.map(clusterOf), ({ virtualServices }) => {
        for (const service of virtualServices) {
          const [first = "", ...others] = serviceLines(serviceKey(service), inTable(service));
          expect(first).toMatch(/^(tcp|udp) \S+ scheduler /);
          expect(others).toHaveLength(service.realServers.length);
          expect(others).toEqual([...others].sort());
        }
      }),
    );
  });
});

function linesFor(changes: Record<string, unknown>): string[] {
  return clusterOf(withChanges(settings, changes)).virtualServices.flatMap((service) =>
    serviceLines(serviceKey(service), inTable(service)),
  );
}
