/** Clusters as a program makes them, and a stack file's settings as it gives them: no lab, a way to each host, each leaf an Output. */
import * as pulumi from "@pulumi/pulumi";
import { Cluster, type ClusterArgs } from "../../components/index.ts";
import { isMapping, secretKeys } from "../../config/credentials.ts";
import type { Settings } from "../fixtures.ts";
import { hostKey, privateKey, privateKeyPassphrase } from "./cluster.ts";
import { byLabel, type RecordedResource, record } from "./recording.ts";

/** A director, two real servers and a service. */
export const small: Settings = {
  subnet: "192.0.2.0/24",
  ssh: { privateKey, privateKeyPassphrase },
  directors: { lb1: { address: "192.0.2.11", ssh: { hostKey } } },
  realServers: {
    web1: { address: "192.0.2.21", ssh: { hostKey }, apache: {} },
    web2: { address: "192.0.2.22", ssh: { hostKey } },
  },
  virtualServices: { web: { address: "192.0.2.100", port: 80, realServers: { web1: {}, web2: {} } } },
};

/** A cluster of the name `edge`. */
export function make(settings: unknown): Cluster {
  return new Cluster("edge", settings as ClusterArgs);
}

/** What it registers, by label. */
export async function recorded(settings: unknown, options = {}): Promise<Record<string, RecordedResource>> {
  return byLabel(await record(() => make(settings), options));
}

/** The same settings on hosts that are there. */
export function onHosts({ lab: _, ...settings }: Settings): Settings {
  return {
    ssh: { agent: true },
    ...settings,
    ...Object.fromEntries(
      ["directors", "realServers"]
        .filter((kind) => kind in settings)
        .map((kind) => [kind, mapped(settings[kind], (host) => (isMapping(host) ? reached(host) : host))]),
    ),
  };
}

/** The same settings, each leaf provided by something else. */
export function withOutputs(settings: unknown, key = ""): unknown {
  if (isMapping(settings)) return mapped(settings, withOutputs);
  return secretKeys.includes(key) ? settings : pulumi.output(settings);
}

function reached(host: Settings): Settings {
  return { ssh: { hostKey }, ...host };
}

function mapped(mapping: unknown, of: (value: unknown, key: string) => unknown): unknown {
  if (!isMapping(mapping)) return mapping;
  return Object.fromEntries(Object.entries(mapping).map(([key, value]) => [key, of(value, key)]));
}
