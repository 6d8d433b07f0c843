/** What the health engines are told, each read by a parser of its own, is what the kernel must hold and how it is checked. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Cluster, VirtualService } from "../../model/cluster.ts";
import { type HealthEngine, healthEngines } from "../../model/lvs.ts";
import { forwardingWords } from "../../render/forwarding.ts";
import { engines } from "../../render/healthEngine.ts";
import { renderIpvsRules } from "../../render/ipvs.ts";
import { clusterOf } from "../fixtures.ts";
import { arbitrarySettings } from "./arbitrarySettings.ts";
import { fixtures } from "./fixtureClusters.ts";
import { type Block, parseKeepalived } from "./keepalivedParser.ts";
import { parseLdirectord } from "./ldirectordParser.ts";

/** What a health engine takes a service to be. */
interface Told {
  /** Once every real server is up. */
  readonly rules: readonly string[];
  /** How each real server is checked, as `checked` says it. */
  readonly check: string;
  readonly fallback: string | undefined;
  /** Whether a real server that is down stays, at weight 0. */
  readonly quiesces: boolean;
}

const readers: Readonly<Record<HealthEngine, (text: string) => readonly Told[]>> = {
  ldirectord: (text) =>
    parseLdirectord(text).virtuals.map(({ address, reals, directives }) => {
      const at = `${directives.protocol === "udp" ? "-u" : "-t"} ${address}`;
      const shares = reals.map((real) => {
        const [to, method, weight, lower, upper] = real.split(" ");
        const limits = upper ? ` -x ${upper.slice(2)} -y ${lower?.slice(2)}` : "";
        return `-a ${at} -r ${to} ${flagOf("ldirectord", method)} -w ${weight}${limits}`;
      });
      const { scheduler, persistent, netmask, schedflags } = directives;
      return {
        rules: [serviceRule(at, scheduler, persistent, netmask, schedflags), ...shares].sort(),
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
        const at = `${settings.protocol === "UDP" ? "-u" : "-t"} ${endpoint.replace(" ", ":")}`;
        const method = flagOf("keepalived", settings.lvs_method);
        const flags = Object.keys(settings).filter((name) => /^(sh|mh)-/.test(name));
        const { lvs_sched, persistence_timeout, persistence_granularity } = settings;
        return {
          rules: [
            serviceRule(at, lvs_sched, persistence_timeout, persistence_granularity, flags.join(",")),
            ...blocks.map(({ arguments: to, settings: { weight, uthreshold, lthreshold } }) => {
              const limits = uthreshold ? ` -x ${uthreshold} -y ${lthreshold}` : "";
              return `-a ${at} -r ${to.replace(" ", ":")} ${method} -w ${weight}${limits}`;
            }),
          ].sort(),
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
    rules: renderIpvsRules(service),
    check: checked(
      type === "ping" || type === "none" ? type : `/usr/local/lib/pulumi-lvs/checks/${name}`,
      intervalSeconds,
      failures,
    ),
    fallback: fallback && `${fallback}:${port}`,
    quiesces: service.quiescent || realServers.some(({ weight }) => weight === 0),
  };
}

function serviceRule(at: string, scheduler = "", seconds = "", netmask = "", flags = ""): string {
  const mask = netmask === "255.255.255.255" ? "" : ` -M ${netmask}`;
  return `-A ${at} -s ${scheduler}${seconds && ` -p ${seconds}${mask}`}${flags && ` -b ${flags}`}`;
}

/** ipvsadm's flag for a forwarding method by an engine's word. */
function flagOf(engine: HealthEngine, word: string | undefined): string | undefined {
  return Object.values(forwardingWords).find((words) => words[engine] === word)?.ipvsadm;
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
