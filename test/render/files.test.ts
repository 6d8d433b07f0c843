import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { vipsOf } from "../../model/cluster.ts";
import type { FileItem, HostPlan } from "../../render/hostPlan.ts";
import { plansOf } from "../../render/plans.ts";
import { planRealServer } from "../../render/realServer.ts";
import { clusterOf } from "../fixtures.ts";
import { arbitrarySettings } from "./arbitrarySettings.ts";

const clusters = arbitrarySettings.map(clusterOf);

describe("an Apache site, whatever the settings hold,", () => {
  it("is made of the lines that were meant", () => {
    const line = [
      /^Listen \d+$/,
      /^<VirtualHost( \d+\.\d+\.\d+\.\d+:\d+)+>$/,
      /^ {4}DocumentRoot "\/[^"\\]*"$/,
      /^ {4}IncludeOptional pulumi-lvs-health\/\*\.conf$/,
      /^ {4}<Directory "\/[^"\\]*">$/,
      /^ {8}Require all granted$/,
      /^ {4}<\/Directory>$/,
      /^<\/VirtualHost>$/,
      /^$/,
    ];
    fc.assert(
      fc.property(clusters, ({ realServers }) => {
        for (const { content } of realServers
          .map(planRealServer)
          .flatMap((plan) => filesAt(plan, "apache2/sites"))) {
          expect(content.split("\n").filter((text) => !line.some((pattern) => pattern.test(text)))).toEqual(
            [],
          );
          expect(content).not.toContain("$" + "{");
        }
      }),
    );
  });

  it("is one file for each VIP and port", () => {
    fc.assert(
      fc.property(clusters, ({ realServers }) => {
        for (const server of realServers) {
          const hosts = filesAt(planRealServer(server), "apache2/sites").flatMap(({ path, content }) =>
            [...content.matchAll(/^<VirtualHost (.*)>$/gm)].map(([, at]) => `${path} ${at}`),
          );
          const folder = "/etc/apache2/sites-enabled";
          const wanted = server.vips.flatMap((vip) =>
            (server.apache?.ports ?? []).map(
              (port) => `${folder}/pulumi-lvs-${vip}-${port}.conf ${vip}:${port}`,
            ),
          );
          expect(hosts).toEqual(wanted);
        }
      }),
    );
  });

  it("listens once on each port but 80, which Debian's ports.conf listens on", () => {
    fc.assert(
      fc.property(clusters, ({ realServers }) => {
        for (const server of realServers.filter(({ apache }) => apache)) {
          const sites = filesAt(planRealServer(server), "apache2/sites").map(({ content }) => content);
          const ports = [...sites.join("").matchAll(/^Listen (\d+)$/gm)].map(([, port]) => Number(port));
          expect(ports).toEqual(server.apache?.ports.filter((port) => port !== 80));
        }
      }),
    );
  });
});

describe("a boot unit", () => {
  it("starts the program with every VIP of the host, on one line, unless VRRP has them move", () => {
    fc.assert(
      fc.property(clusters, (cluster) => {
        for (const plan of plansOf(cluster)) {
          const services = cluster.virtualServices.filter(
            ({ realServers }) =>
              plan.role === "director" || realServers.some(({ name }) => name === plan.host),
          );
          const vips = vipsOf(services);
          const starts = filesAt(plan, "/pulumi-lvs-vip.service").map(({ content }) =>
            content.match(/^ExecStart=.*$/gm),
          );
          const manner = plan.role === "director" ? `announce ${plan.address}` : "silent";
          const stay = plan.role === "realServer" || cluster.vrrp === undefined;
          expect(starts).toEqual(
            stay && vips.length
              ? [[`ExecStart=/usr/local/lib/pulumi-lvs/vip ${manner} ${vips.join(" ")}`]]
              : [],
          );
        }
      }),
    );
  });
});

describe("every file", () => {
  it("ends with a line break, or is empty", () => {
    fc.assert(
      fc.property(clusters, (cluster) => {
        for (const { content } of plansOf(cluster).flatMap((plan) => filesAt(plan, "/"))) {
          expect(content).toMatch(/^$|\n$/);
        }
      }),
    );
  });
});

function filesAt(plan: HostPlan, part: string): FileItem[] {
  return plan.items.filter((item) => item.kind === "file").filter(({ path }) => path.includes(part));
}
