/** The benchmark beside the other tools, on the fewest hosts and once: that they still get there, not how fast. */
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Scenario, tools } from "../../bench/results.ts";
import { inCheckout } from "../fixtures.ts";
import { removeLeftovers } from "./leftovers.ts";

const peers = [tools.raw, tools.pyinfra, tools.ansible];
const everyTool = [tools.ours, tools.empty, ...peers];

let scenarios: readonly Scenario[] = [];
beforeAll(async () => {
  const options = ["--hosts", "2", "--repeats", "1", "--cluster-only", "--json"];
  const { failed, stdout, all } = await execa("npm", ["run", "--silent", "bench", "--", ...options], {
    cwd: inCheckout(""),
    env: { NO_COLOR: "1" },
    all: true,
    reject: false,
  });
  if (failed) throw new Error(`bench failed:\n${all}`);
  scenarios = (JSON.parse(stdout) as { scenarios: Scenario[] }).scenarios;
});
afterAll(() => removeLeftovers("bench"));

describe("the benchmark has of every tool that it compares", () => {
  it.each([
    ["First converge, director and 2 real servers", everyTool],
    ["Nothing to do, director and 2 real servers", everyTool],
    ["One weight changed, director and 2 real servers", [tools.ours, ...peers]],
  ])("%s", (scenario, wanted) => {
    const results = scenarios.find(({ name }) => name === scenario)?.results ?? [];
    expect(results.map(({ tool }) => tool).sort()).toEqual([...wanted].sort());
    for (const { runs, seconds, effectiveSeconds, peakMemoryMebibytes } of results) {
      expect(runs).toHaveLength(1);
      expect(Math.min(seconds, peakMemoryMebibytes)).toBeGreaterThan(0);
      expect(effectiveSeconds !== undefined).toBe(scenario.startsWith("One weight changed"));
    }
  });
});
