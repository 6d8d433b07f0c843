import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Destination } from "../../model/cluster.ts";
import { ipvsadmAt } from "../../render/ipvs.ts";
import { renderVirtualServers } from "../../render/virtualServers.ts";
import { clusterOf, readStack, withChanges } from "../fixtures.ts";
import { arbitrarySettings } from "./arbitrarySettings.ts";
import { parseKeepalived } from "./keepalivedParser.ts";

const web = "virtualServices.web";
const rendered = (changes: Record<string, unknown>) =>
  renderVirtualServers(clusterOf(withChanges(readStack("Pulumi.dev.yaml"), changes)).virtualServices, []);

describe("the virtual servers of any cluster", () => {
  it("are keywords and plain words: no text of a user is read as something else", () => {
    fc.assert(
      fc.property(arbitrarySettings.map(clusterOf), ({ virtualServices }) => {
        const [, ...lines] = renderVirtualServers(virtualServices, []).split("\n");
        for (const line of lines) expect(line).toMatch(/^ *([\w-]+( [\w.:/-]+)*( "[\w.:/ -]+")?( \{)?|\})?$/);
      }),
      { numRuns: 100 },
    );
  });

  it("have every real server once, each with a check where there is one", () => {
    fc.assert(
      fc.property(arbitrarySettings.map(clusterOf), ({ virtualServices }) => {
        const text = renderVirtualServers(virtualServices, []);
        const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
        const checked = virtualServices.filter(({ healthCheck }) => healthCheck.type !== "none");
        const destinations = (services: typeof virtualServices) =>
          services.flatMap(({ realServers }) => realServers).length;
        expect(count(/^virtual_server /gm)).toBe(virtualServices.length);
        expect(count(/^ +real_server /gm)).toBe(destinations(virtualServices));
        expect(count(/^ +(MISC|PING)_CHECK /gm)).toBe(destinations(checked));
      }),
      { numRuns: 100 },
    );
  });

  it("set the rule of a real server that is up as planned, and of one that is down to no weight or not at all", () => {
    fc.assert(
      fc.property(arbitrarySettings.map(clusterOf), ({ virtualServices }) => {
        const blocks = parseKeepalived(renderVirtualServers(virtualServices, [])).slice(1);
        for (const [at, service] of virtualServices.entries()) {
          const scripts = blocks[at]?.blocks.map(({ settings }) => settings) ?? [];
          const told = (weightOf: (to: Destination) => number) =>
            service.realServers.map((to) => {
              const thresholds = `-x ${to.upperThreshold} -y ${to.lowerThreshold}`;
              const real = `-r ${to.address}:${to.port} -g -w ${weightOf(to)} ${thresholds}`;
              return `/sbin/ipvsadm -e ${ipvsadmAt(service)} ${real}`;
            });
          expect(scripts.map(({ notify_up }) => notify_up)).toEqual(told(({ weight }) => weight));
          const down = scripts.map(({ notify_down }) => notify_down);
          if ("inhibit_on_failure" in (blocks[at]?.settings ?? {})) {
            expect(down).toEqual(told(() => 0));
          } else {
            const deleted = service.realServers.map(
              (to) => `/sbin/ipvsadm -d ${ipvsadmAt(service)} -r ${to.address}:${to.port}`,
            );
            expect(down).toEqual(deleted);
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe("a virtual server", () => {
  it.each([
    [1, "retry 0"],
    [4, "retry 3"],
  ])("with %i failures in a row: %s", (failures, line) => {
    expect(rendered({ [`${web}.healthCheck.failures`]: failures })).toContain(` ${line}\n`);
  });

  it("keeps a real server at weight 0 where ldirectord would", () => {
    expect(rendered({})).not.toContain("inhibit_on_failure");
    expect(rendered({ [`${web}.quiescent`]: true })).toContain("inhibit_on_failure");
    expect(rendered({ [`${web}.realServers.web1.weight`]: 0 })).toContain("inhibit_on_failure");
  });
});
