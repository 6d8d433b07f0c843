/** What the health engines are told, each read by a parser of its own, is what the kernel must hold and how it is checked. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Cluster, VirtualService } from "../../model/cluster.ts";
import { type HealthEngine, healthEngines } from "../../model/lvs.ts";
import { serviceKey } from "../../model/serviceAddress.ts";
import { serviceLines } from "../../model/table.ts";
import { forwardingWords } from "../../render/forwarding.ts";
import { engines } from "../../render/healthEngine.ts";
import type { FileItem, Item } from "../../render/hostPlan.ts";
import { inTable } from "../../render/ipvs.ts";
import { clusterOf } from "../fixtures.ts";
import { arbitrarySettings } from "./arbitrarySettings.ts";
import { type AskedService, readChecks } from "./checksFile.ts";
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

const readers: Readonly<Record<HealthEngine, (text: string, checks: string) => readonly Told[]>> = {
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
          directives.checkcommand?.replace("/usr/local/lib/pulumi-lvs/checks/", "") ??
            (directives.checktype === "ping" ? "ping" : "none"),
          directives.checkinterval,
          directives.failurecount,
        ),
        fallback: directives.fallback?.replace(/ .*/, ""),
        quiesces: directives.quiescent === "yes",
      };
    }),
  keepalived: (text, checks) => {
    const asked = readChecks(checks);
    return parseKeepalived(text)
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
          check: onlyOne(blocks.map((server) => checkIn(key, server, settings.delay_loop, asked))),
          fallback: settings.sorry_server?.replace(" ", ":"),
          quiesces: "inhibit_on_failure" in settings,
        };
      });
  },
};

describe.each(healthEngines)("what %s is told", (engine) => {
  const expectTold = (cluster: Cluster): void => {
    const { file, checks } = textsFor(engine, cluster);
    expect(readers[engine](file, checks)).toEqual(cluster.virtualServices.map(expected));
  };

  it.each(fixtures)("of $name is the table that the kernel must hold, and its checks", ({ cluster }) => {
    expectTold(cluster);
  });

  it("of any cluster is the table that the kernel must hold, and its checks", () => {
    fc.assert(fc.property(arbitrarySettings.map(clusterOf), expectTold));
  });
});

/** The file in which an engine reads of services, and what the checker beside it is told; that is empty where there is none. */
function textsFor(engine: HealthEngine, cluster: Cluster) {
  const { files, checks, unit } = engines[engine];
  const [director] = cluster.directors;
  if (!director) throw new Error("the cluster has no director");
  const contentOf = (items: readonly Item[], isIt: (item: FileItem) => boolean) =>
    items.flatMap((item) => (item.kind === "file" && isIt(item) ? [item.content] : [])).join("");
  return {
    file: contentOf(files(cluster), ({ notify }) => notify === unit),
    checks: contentOf(checks(director, cluster.virtualServices), ({ check }) => check === "checker"),
  };
}

function expected(service: VirtualService): Told {
  const { name, port, fallback, healthCheck, realServers } = service;
  const { type, intervalSeconds, failures } = healthCheck;
  return {
    lines: serviceLines(serviceKey(service), inTable(service)),
    check: checked(type === "ping" || type === "none" ? type : name, intervalSeconds, failures),
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

/** How a real server is checked: as its service has it or by `ping`, how often, and how often in vain. */
function checked(by: string, interval: string | number | undefined, failures: string | number | undefined) {
  return by === "none" ? by : `by ${by} every ${interval} s, down at ${failures}`;
}

/** The check in the block of a real server; `retry` counts from the second failure on. */
function checkIn(
  key: string,
  { arguments: to, blocks: [check] }: Block,
  interval: string | undefined,
  asked: readonly AskedService[],
): string {
  if (check?.name !== "FILE_CHECK")
    return checked(check ? "ping" : "none", interval, Number(check?.settings.retry) + 1);
  const by = asked.find((each) => check.settings.track_file?.startsWith(`${each.key.replace(" ", "-")}-`));
  const isAsked = by?.key === key && to.replace(" ", ":") in by.realServers;
  return isAsked ? checked(by.service, by.intervalSeconds, by.failures) : "by nobody";
}

/** What all of them are. */
function onlyOne<T>(values: readonly T[]): T {
  const [first, ...others] = new Set(values);
  if (first === undefined || others.length > 0) throw new Error(`not one: ${values.join(", ")}`);
  return first;
}
