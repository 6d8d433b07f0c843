import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { VirtualService } from "../../model/cluster.ts";
import { renderLdirectord } from "../../render/ldirectord.ts";
import { clusterOf } from "../fixtures.ts";
import { arbitrarySettings } from "./arbitrarySettings.ts";
import { fixtures } from "./fixtureClusters.ts";
import { type ParsedVirtual, parseLdirectord } from "./ldirectordParser.ts";

describe("ldirectord.cf", () => {
  it.each(fixtures)("says of $name what the cluster is, to a parser of its own", ({ cluster }) => {
    expect(parsedVirtuals(cluster.virtualServices)).toEqual(cluster.virtualServices.map(expected));
  });

  it("says what any cluster is, whatever its texts hold", () => {
    fc.assert(
      fc.property(arbitrarySettings.map(clusterOf), ({ virtualServices }) => {
        expect(parsedVirtuals(virtualServices)).toEqual(virtualServices.map(expected));
      }),
    );
  });

  it("names a check of its own for each service: ldirectord takes those of one name for one", () => {
    fc.assert(
      fc.property(arbitrarySettings.map(clusterOf), ({ virtualServices }) => {
        const named = parsedVirtuals(virtualServices).flatMap(
          ({ directives }) => directives.checkcommand ?? [],
        );
        expect(new Set(named).size).toBe(named.length);
      }),
    );
  });

  it("writes out every global default that versions disagree on", () => {
    expect(parseLdirectord(renderLdirectord([], [])).globals).toEqual({
      checktimeout: "5",
      negotiatetimeout: "5",
      checkinterval: "10",
      failurecount: "1",
      fork: "yes",
      autoreload: "no",
      quiescent: "no",
      readdquiescent: "yes",
      cleanstop: "no",
      supervised: "no",
      logfile: "/var/log/ldirectord.log",
    });
  });
});

function parsedVirtuals(services: readonly VirtualService[]): readonly ParsedVirtual[] {
  return parseLdirectord(renderLdirectord(services, [])).virtuals;
}

/** What ldirectord must understand of a service. */
function expected(service: VirtualService): ParsedVirtual {
  const { healthCheck: check, persistence, fallback } = service;
  const asksThroughVip = !["ping", "none"].includes(check.type);
  const hash = ["sh", "mh"].filter((scheduler) => scheduler === service.scheduler);
  const flags = hash.flatMap((name) => [`${name}-fallback`, ...(service.hashPort ? [`${name}-port`] : [])]);
  const checktype = asksThroughVip ? "external-perl" : check.type === "ping" ? "ping" : "on";
  return {
    address: `${service.address}:${service.port}`,
    reals: service.realServers.map(({ address, port, weight, lowerThreshold, upperThreshold }) => {
      const thresholds = upperThreshold ? ` l:${lowerThreshold} u:${upperThreshold}` : "";
      return `${address}:${port} gate ${weight}${thresholds}`;
    }),
    directives: {
      servicename: service.name,
      protocol: service.protocol,
      scheduler: service.scheduler,
      ...(flags.length > 0 && { schedflags: flags.join(",") }),
      checktype,
      checkinterval: String(check.intervalSeconds),
      checktimeout: String(check.timeoutSeconds),
      failurecount: String(check.failures),
      quiescent: service.quiescent || service.realServers.some(({ weight }) => weight === 0) ? "yes" : "no",
      ...(fallback && { fallback: `${fallback}:${service.port} gate` }),
      ...(persistence && { persistent: String(persistence.timeoutSeconds), netmask: persistence.netmask }),
      ...Object.fromEntries(extraDirectives(service)),
      ...(asksThroughVip && { checkcommand: `/usr/local/lib/pulumi-lvs/checks/${service.name}` }),
    },
  };
}

/** Extra lines but for comments, as name and value. */
function extraDirectives({ extraLines }: VirtualService): string[][] {
  return extraLines.ldirectord.filter((line) => !line.startsWith("#")).map((line) => line.split(" = "));
}
