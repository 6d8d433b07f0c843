import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderIpvsRules } from "../../render/ipvs.ts";
import { clusterOf, readStack, withChanges } from "../fixtures.ts";
import { arbitrarySettings } from "./arbitrarySettings.ts";

const settings = readStack("test/config/valid/lab.yaml");
const web = "virtualServices.web";

describe("the rules that the kernel must hold", () => {
  it.each([
    ["no persistence", {}, "-A -t 198.18.7.100:80 -s wrr"],
    ["persistence", { [`${web}.persistence.timeoutSeconds`]: 60 }, "-A -t 198.18.7.100:80 -s wrr -p 60"],
    [
      "persistence of networks",
      { [`${web}.persistence.netmask`]: "255.255.255.0" },
      "-A -t 198.18.7.100:80 -s wrr -p 300 -M 255.255.255.0",
    ],
    ["another scheduler", { [`${web}.scheduler`]: "lblcr" }, "-A -t 198.18.7.100:80 -s lblcr"],
    [
      "a scheduler that hashes clients",
      { [`${web}.scheduler`]: "mh", [`${web}.persistence.netmask`]: "255.255.255.0" },
      "-A -t 198.18.7.100:80 -s mh -p 300 -M 255.255.255.0 -b mh-fallback",
    ],
    [
      "one that hashes their ports too",
      { [`${web}.scheduler`]: "sh", [`${web}.hashPort`]: true },
      "-A -t 198.18.7.100:80 -s sh -b sh-fallback,sh-port",
    ],
    [
      "UDP",
      { [`${web}.protocol`]: "udp", [`${web}.healthCheck.type`]: "none" },
      "-A -u 198.18.7.100:80 -s wrr",
    ],
  ])("name a service with %s as ipvsadm prints it", (_, changes, expected) => {
    expect(rulesFor(changes)[0]).toBe(expected);
  });

  it.each([
    ["its weight", { weight: 7 }, "-w 7"],
    ["no weight", { weight: 0 }, "-w 0"],
    ["thresholds", { upperThreshold: 9, lowerThreshold: 8 }, "-w 1 -x 9 -y 8"],
    ["an upper threshold alone", { upperThreshold: 9 }, "-w 1 -x 9 -y 0"],
  ])("name a real server with %s as its host prints it", (_, destination, expected) => {
    expect(rulesFor({ [`${web}.realServers.web1`]: destination })[1]).toBe(
      `-a -t 198.18.7.100:80 -r 198.18.7.21:80 -g ${expected}`,
    );
  });

  it("stand in the order of sort in the C locale", () => {
    const anyOrder = fc.shuffledSubarray(["web1", "web2", "web3", "web4"], { minLength: 4 });
    fc.assert(
      fc.property(
        anyOrder,
        fc.array(fc.integer({ min: 2, max: 254 }).filter(isFree), { minLength: 4, maxLength: 4 }),
        (order, hosts) => {
          const changed = withChanges(settings, {
            realServers: Object.fromEntries(
              order.map((name, i) => [name, { address: `198.18.7.${hosts[i]}` }]),
            ),
            [`${web}.realServers`]: Object.fromEntries(order.map((name) => [name, {}])),
          });
          const rules = clusterOf(changed).virtualServices.flatMap(renderIpvsRules);
          expect(rules).toEqual(sortedByHost(rules));
        },
      ),
      { numRuns: 20 },
    );
  });

  it("are one for each service and one for each of its real servers", () => {
    fc.assert(
      fc.property(arbitrarySettings.map(clusterOf), ({ virtualServices }) => {
        for (const service of virtualServices) {
          expect(renderIpvsRules(service)).toHaveLength(1 + service.realServers.length);
        }
      }),
    );
  });
});

function rulesFor(changes: Record<string, unknown>): string[] {
  return clusterOf(withChanges(settings, changes)).virtualServices.flatMap(renderIpvsRules);
}

function isFree(host: number): boolean {
  return host !== 11 && host !== 100;
}

function sortedByHost(lines: readonly string[]): string[] {
  const input = `${lines.join("\n")}\n`;
  return execFileSync("sort", { input, env: { ...process.env, LC_ALL: "C" }, encoding: "utf8" })
    .trimEnd()
    .split("\n");
}
