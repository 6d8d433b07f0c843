/** What the health engines are told, each read by a parser of its own, is what the kernel must hold and how it is checked. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Cluster, VirtualService } from "../../model/cluster.ts";
import { type HealthEngine, healthEngines } from "../../model/lvs.ts";
import { serviceKey } from "../../model/serviceAddress.ts";
import { serviceLines } from "../../model/table.ts";
import { forwardingWords } from "../../render/forwarding.ts";
import { engines } from "../../render/healthEngine.ts";
import { inTable } from "../../render/ipvs.ts";
import { clusterOf } from "../fixtures.ts";
import { arbitrarySettings } from "./arbitrarySettings.ts";
import { fixtures } from "./fixtureClusters.ts";
import { type Block, parseKeepalived } from "./keepalivedParser.ts";
import { parseLdirectord } from "./ldirectordParser.ts";

/** What a health engine takes a service to be. */
interface Told {
  /** Once every real server is up. */
  readonly lines: readonly string[];
  /** How each real server is checked, as `checked` says it. */
  readonly check: string;
  readonly fallback: string | undefined;
  /** Whether a real server that is down stays, at weight 0. */
  readonly quiesces: boolean;
}

const readers: Readonly<Record<HealthEngine, (text: string) => readonly Told[]>> = {
  ldirectord: (text) =>
    parseLdirectord(text).virtuals.map(({ address, reals, directives }) => {
      const key = `${directives.protocol === "udp" ? "udp" : "tcp"} ${address}`;
      const shares = reals.map((real) => {
        const [to, method, weight, lower, upper] = real.split(" ");
        return realServerLine(
          key,
          to,
          methodOf("ldirectord", method),
          weight,
          upper?.slice(2),
          lower?.slice(2),
        );
      });
      const { scheduler, persistent, netmask, schedflags } = directives;
      return {
        lines: [serviceLine(key, scheduler, persistent, netmask, schedflags), ...shares.sort()],
        check: checked(
          directives.checkcommand ?? (directives.checktype === "ping" ? "ping" : "none"),
          directives.checkinterval,
          directives.failurecount,
        ),
        fallback: directives.fallback?.replace(/ .*/, ""),
        quiesces: directives.quiescent === "yes",
      };
    }),
  keepalived: (text) =>
    parseKeepalived(text)
      .filter(({ name }) => name === "virtual_server")
      .map(({ arguments: endpoint, settings, blocks }) => {
        const key = `${settings.protocol === "UDP" ? "udp" : "tcp"} ${endpoint.replace(" ", ":")}`;
        const method = methodOf("keepalived", settings.lvs_method);
        const flags = Object.keys(settings).filter((name) => /^(sh|mh)-/.test(name));
        const { lvs_sched, persistence_timeout, persistence_granularity } = settings;
        return {
          lines: [
            serviceLine(key, lvs_sched, persistence_timeout, persistence_granularity, flags.join(",")),
            ...blocks
              .map(({ arguments: to, settings: { weight, uthreshold, lthreshold } }) =>
                realServerLine(key, to.replace(" ", ":"), method, weight, uthreshold, lthreshold),
              )
              .sort(),
          ],
          check: onlyOne(blocks.map((server) => checkIn(server, settings.delay_loop))),
          fallback: settings.sorry_server?.replace(" ", ":"),
          quiesces: "inhibit_on_failure" in settings,
        };
      }),
};

describe.each(healthEngines)("what %s is told", (engine) => {
  const expectTold = (cluster: Cluster): void => {
    expect(readers[engine](fileFor(engine, cluster))).toEqual(cluster.virtualServices.map(expected));
  };

  it.each(fixtures)("of $name is the table that the kernel must hold, and its checks", ({ cluster }) => {
    expectTold(cluster);
  });

  it("of any cluster is the table that the kernel must hold, and its checks", () => {
    fc.assert(fc.property(arbitrarySettings.map(clusterOf), expectTold));
  });
});

/** The file in which an engine reads of services. */
function fileFor(engine: HealthEngine, cluster: Cluster): string {
  const { files, unit } = engines[engine];
  const file = files(cluster).find((item) => item.kind === "file" && item.notify === unit);
  if (file?.kind !== "file") throw new Error(`${engine} is told nothing`);
  return file.content;
}

function expected(service: VirtualService): Told {
  const { name, port, fallback, healthCheck, realServers } = service;
  const { type, intervalSeconds, failures } = healthCheck;
  return {
    lines: serviceLines(serviceKey(service), inTable(service)),
    check: checked(
      type === "ping" || type === "none" ? type : `/usr/local/lib/pulumi-lvs/checks/${name}`,
      intervalSeconds,
      failures,
    ),
    fallback: fallback && `${fallback}:${port}`,
    quiesces: service.quiescent || realServers.some(({ weight }) => weight === 0),
  };
}

function serviceLine(key: string, scheduler = "", seconds = "", netmask = "", flags = ""): string {
  const mask = netmask === "255.255.255.255" ? "" : ` mask ${netmask}`;
  return `${key} scheduler ${scheduler}${seconds && ` persistent ${seconds}${mask}`}${flags && ` flags ${flags}`}`;
}

function realServerLine(key: string, to = "", method = "", weight = "", upper = "0", lower = "0"): string {
  const limits = [
    ...(upper === "0" ? [] : [` upper-threshold ${upper}`]),
    ...(lower === "0" ? [] : [` lower-threshold ${lower}`]),
  ];
  return `${key} to ${to} ${method} weight ${weight}${limits.join("")}`;
}

/** A forwarding method by an engine's word. */
function methodOf(engine: HealthEngine, word: string | undefined): string | undefined {
  return Object.entries(forwardingWords).find(([, words]) => words[engine] === word)?.[0];
}

/** How a real server is checked: by its file or by `ping`, how often, and how often in vain. */
function checked(by: string, interval: string | number | undefined, failures: string | number | undefined) {
  return by === "none" ? by : `by ${by} every ${interval} s, down at ${failures}`;
}

/** The check in the block of a real server; `retry` counts from the second failure on. */
function checkIn({ blocks: [check] }: Block, interval: string | undefined): string {
  const [, file] = /^\/usr\/bin\/perl (\S+) /.exec(check?.settings.misc_path ?? "") ?? [];
  return checked(file ?? (check ? "ping" : "none"), interval, Number(check?.settings.retry) + 1);
}

/** What all of them are. */
function onlyOne<T>(values: readonly T[]): T {
  const [first, ...others] = new Set(values);
  if (first === undefined || others.length > 0) throw new Error(`not one: ${values.join(", ")}`);
  return first;
}
