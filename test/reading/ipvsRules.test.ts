import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { VirtualService } from "../../model/cluster.ts";
import { serviceKey } from "../../model/serviceAddress.ts";
import { parseRules, type ServiceRules } from "../../reading/ipvsRules.ts";
import { renderIpvsRules, renderServiceRule } from "../../render/ipvs.ts";
import { clusterOf } from "../fixtures.ts";
import { arbitrarySettings } from "../render/arbitrarySettings.ts";

describe("the rules of the kernel's table, taken apart,", () => {
  it("are the services that they were rendered for, in any order", () => {
    const clusters = arbitrarySettings.map(clusterOf);
    fc.assert(
      fc.property(clusters, fc.infiniteStream(fc.nat()), ({ virtualServices }, ranks) => {
        const lines = virtualServices.flatMap(renderIpvsRules);
        expect(parseRules(shuffled(lines, ranks))).toEqual(new Map(virtualServices.map(expected)));
      }),
    );
  });

  it("leave out services by firewall mark", () => {
    expect(parseRules(["-A -f 1 -s wrr", "-a -f 1 -r 192.0.2.21:0 -g -w 1"])).toEqual(new Map());
  });
});

function expected(service: VirtualService): [string, ServiceRules] {
  const { forwarding, realServers } = service;
  const shares = realServers.map(({ address, port, weight, upperThreshold, lowerThreshold }) => {
    return [`${address}:${port}`, { forwarding, weight, upperThreshold, lowerThreshold }] as const;
  });
  const options = renderServiceRule(service).replace(/^.* -s /, "scheduler ");
  return [serviceKey(service), { options, realServers: new Map(shares) }];
}

function shuffled(lines: readonly string[], ranks: Iterator<number>): string[] {
  return lines
    .map((line) => ({ line, rank: ranks.next().value as number }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ line }) => line);
}
