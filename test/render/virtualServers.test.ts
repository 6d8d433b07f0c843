import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Cluster, Destination } from "../../model/cluster.ts";
import { serviceKey } from "../../model/serviceAddress.ts";
import { holdChecker } from "../../render/checker.ts";
import type { Item } from "../../render/hostPlan.ts";
import { ipvsadmAt } from "../../render/ipvs.ts";
import { renderVirtualServers } from "../../render/virtualServers.ts";
import { clusterOf, readStack, withChanges } from "../fixtures.ts";
import { arbitrarySettings } from "./arbitrarySettings.ts";
import { readChecks } from "./checksFile.ts";
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
        expect(count(/^ +(FILE|PING)_CHECK /gm)).toBe(destinations(checked));
      }),
      { numRuns: 100 },
    );
  });

  it("have the rule of each real server set as planned where it is up, and to no weight or not at all where it is down", () => {
    fc.assert(
      fc.property(arbitrarySettings.map(clusterOf), (cluster) => {
        const { virtualServices } = cluster;
        const asked = askedIn(cluster);
        const blocks = parseKeepalived(renderVirtualServers(virtualServices, [])).filter(
          ({ name }) => name === "virtual_server",
        );
        for (const [at, service] of virtualServices.entries()) {
          const { settings = {}, blocks: servers = [] } = blocks[at] ?? {};
          const edit = (to: Destination, weight: number) => {
            const thresholds = `-x ${to.upperThreshold} -y ${to.lowerThreshold}`;
            return `-e ${ipvsadmAt(service)} -r ${to.address}:${to.port} -g -w ${weight} ${thresholds}`;
          };
          const down = (to: Destination) =>
            "inhibit_on_failure" in settings
              ? edit(to, 0)
              : `-d ${ipvsadmAt(service)} -r ${to.address}:${to.port}`;
          const expected = service.realServers.map((to) => ({ up: edit(to, to.weight), down: down(to) }));
          const byScripts = servers.map(({ settings: { notify_up, notify_down } }) => ({
            up: notify_up?.replace("/sbin/ipvsadm ", ""),
            down: notify_down?.replace("/sbin/ipvsadm ", ""),
          }));
          const prepared = asked.find(({ key }) => key === serviceKey(service));
          const told = service.realServers.map((to) => prepared?.realServers[`${to.address}:${to.port}`]);
          expect(prepared ? told : byScripts).toEqual(expected);
        }
      }),
      { numRuns: 40 },
    );
  });
});

/** What the checker is told of the services that it asks. */
function askedIn(cluster: Cluster) {
  const [director] = cluster.directors;
  const file = director && holdChecker(director, cluster.virtualServices).find(isChecks);
  return file?.kind === "file" ? readChecks(file.content) : [];
}

function isChecks(item: Item): boolean {
  return item.kind === "file" && item.check === "checker";
}

describe("a virtual server", () => {
  it.each([
    [1, "retry 0"],
    [4, "retry 3"],
  ])("with %i failures in a row: %s", (failures, line) => {
    const healthCheck = { type: "ping", failures };
    expect(rendered({ [`${web}.healthCheck`]: healthCheck })).toContain(` ${line}\n`);
  });

  it("keeps a real server at weight 0 where ldirectord would", () => {
    expect(rendered({})).not.toContain("inhibit_on_failure");
    expect(rendered({ [`${web}.quiescent`]: true })).toContain("inhibit_on_failure");
    expect(rendered({ [`${web}.realServers.web1.weight`]: 0 })).toContain("inhibit_on_failure");
  });
});
