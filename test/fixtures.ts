/** Stack files as tests need them: read, changed in one place, and handed over as the engine does. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { resolveCluster } from "../config/resolve.ts";
import { configSchema } from "../config/schema.ts";
import type { Cluster } from "../model/cluster.ts";

/** A configuration as written: keys without the project's name. */
export type Settings = Record<string, unknown>;

export const projectName = "pulumi-lvs";

/** Absolute path of a file of the checkout. */
export function inCheckout(path: string): string {
  return new URL(`../${path}`, import.meta.url).pathname;
}

/** The settings of a `Pulumi.<stack>.yaml`, `path` relative to the checkout. */
export function readStack(path: string): Settings {
  return stackSettings(readFileSync(inCheckout(path), "utf8"));
}

/** The settings of a stack file's text. */
export function stackSettings(text: string): Settings {
  const { config } = parse(text) as { config: Settings };
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace(`${projectName}:`, ""), value]),
  );
}

/** A copy of `settings` with other values at the given dotted paths; `undefined` takes the key out. */
export function withChanges(settings: Settings, changes: Settings): Settings {
  const changed = structuredClone(settings);
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split(".");
    const last = keys.pop() ?? "";
    const parent = keys.reduce((at, key) => {
      at[key] ??= {};
      return at[key] as Settings;
    }, changed);
    if (value === undefined) delete parent[last];
    else parent[last] = value;
  }
  return changed;
}

/** Every setting that is written, by its dotted path. */
export function settingsIn(written: unknown, path = ""): [path: string, value: unknown][] {
  const isMapping = typeof written === "object" && written !== null && !Array.isArray(written);
  if (!isMapping || Object.keys(written).length === 0) return [[path, written]];
  return Object.entries(written).flatMap(([key, value]) => settingsIn(value, path ? `${path}.${key}` : key));
}

/** Fills the tables of labs; PULUMI_LVS_TEST_ENGINE=keepalived runs the tests of real clusters with the other one. */
export const labEngine = configSchema.shape.healthEngine.parse(process.env.PULUMI_LVS_TEST_ENGINE);

/** The cluster of `Pulumi.dev.yaml` on a network of its own, for example `198.18.90`, with further changes. */
export function devLab(network: string, changes: Settings = {}): Settings {
  return withChanges(readStack("Pulumi.dev.yaml"), {
    healthEngine: labEngine,
    subnet: `${network}.0/24`,
    "directors.lb1.address": `${network}.11`,
    "directors.lb2.address": `${network}.12`,
    "realServers.web1.address": `${network}.21`,
    "realServers.web2.address": `${network}.22`,
    "virtualServices.web.address": `${network}.100`,
    ...changes,
  });
}

/** The same with one director. */
export function soloLab(network: string, changes: Settings = {}): Settings {
  return devLab(network, { "directors.lb2": undefined, ...changes });
}

/** What the engine gives a program for these settings: text as it is, all else as JSON with its keys sorted. */
export function asEngineConfig(settings: Settings): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [
      `${projectName}:${key}`,
      typeof value === "string" ? value : JSON.stringify(sorted(value)),
    ]),
  );
}

/** The cluster that valid settings describe. */
export function clusterOf(settings: Settings): Cluster {
  return resolveCluster(configSchema.parse(settings), "test");
}

/** A copy with the keys of all mappings sorted. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => [key, sorted(inner)]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
