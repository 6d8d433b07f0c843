import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { configSchema } from "../../config/schema.ts";
import { clusterIssues } from "../../model/rules.ts";
import { schemaFields } from "../config/schemaFields.ts";
import { arbitrarySettings } from "./arbitrarySettings.ts";
import { variants } from "./fixtureClusters.ts";

/** How hosts are reached and made is in no plan. */
const inPlans = /^(directors|realServers|virtualServices|vrrp|healthEngine)\b(?!.*\bssh\b)/;

const choices = [...schemaFields].flatMap(([path, { type, enum: words }]): [string, readonly unknown[]][] => {
  if (!inPlans.test(path)) return [];
  return words ? [[path, words]] : type === "boolean" ? [[path, [true, false]]] : [];
});

const configs = fc
  .sample(arbitrarySettings, { numRuns: 500, seed: 1 })
  .map((settings) => configSchema.parse(settings));

describe("the configurations that the laws of plans are tried on", () => {
  it.each(choices)("choose everything that %s can be", (path, values) => {
    const chosen = new Set(configs.flatMap((config) => valuesAt(config, path.split("."))));
    // One without a default may be left out.
    chosen.delete(undefined);
    expect([...chosen].sort()).toEqual([...values].sort());
  });

  it("have one director and several, on hosts with settings and without", () => {
    const counts = configs.map(({ directors }) => Object.keys(directors).length);
    expect([...new Set(counts)].sort()).toEqual([1, 2, 3]);
    for (const path of [
      "virtualServices.*.fallback",
      "virtualServices.*.persistence",
      "realServers.*.apache",
    ]) {
      const given = configs.flatMap((config) => valuesAt(config, path.split(".")));
      expect(new Set(given.map((value) => value === undefined)).size, path).toBe(2);
    }
  });

  it.each(variants)("are those of a cluster without a mistake: $name", ({ cluster }) => {
    expect(clusterIssues(cluster)).toEqual([]);
  });
});

/** Every value at a path of the schema, `*` standing for any key. */
function valuesAt(value: unknown, [key, ...rest]: readonly string[]): unknown[] {
  if (key === undefined) return [value];
  if (typeof value !== "object" || value === null) return [];
  const inner = key === "*" ? Object.values(value) : [(value as Record<string, unknown>)[key]];
  return inner.flatMap((each) => valuesAt(each, rest));
}
