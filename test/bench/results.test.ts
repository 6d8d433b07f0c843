import { describe, expect, it } from "vitest";
import { aims, median, Results, ratio, type Scenario, tools } from "../../bench/results.ts";

const run = (seconds: number, peakMemoryMebibytes = 100) => ({ seconds, peakMemoryMebibytes });

function scenario(seconds: Record<string, number>): Scenario {
  const results = new Results();
  for (const [tool, value] of Object.entries(seconds)) results.add("some work", tool, run(value));
  const [only] = results.scenarios();
  if (!only) throw new Error("nothing was added");
  return only;
}

describe("the median", () => {
  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[10, 9, 100], 10],
  ])("of %j is %d", (values, expected) => expect(median(values)).toBe(expected));

  it("of nothing is an error", () => expect(() => median([])).toThrow("the median of nothing"));
});

describe("results", () => {
  it("keep every run and show the median of each figure", () => {
    const results = new Results();
    for (const [seconds, effectiveSeconds, memory] of [
      [5, 3, 100],
      [1, 2, 300],
      [2, 9, 200],
    ] as const) {
      results.add("a change", tools.ours, { seconds, effectiveSeconds, peakMemoryMebibytes: memory });
    }
    const [change] = results.scenarios();
    expect(change?.results).toMatchObject([
      { tool: tools.ours, seconds: 2, effectiveSeconds: 3, peakMemoryMebibytes: 200 },
    ]);
    expect(change?.results[0]?.runs).toHaveLength(3);
  });

  it("compare our time with another's", () => {
    const work = scenario({ [tools.ours]: 6, [tools.pyinfra]: 8 });
    expect(ratio(work, tools.pyinfra)).toBe(0.75);
    expect(ratio(work, tools.ansible)).toBeUndefined();
  });
});

describe("aims", () => {
  const first = scenario({
    [tools.ours]: 9,
    [tools.raw]: 4,
    [tools.empty]: 1,
    [tools.pyinfra]: 10,
    [tools.ansible]: 200,
  });
  const nothingToDo = scenario({ [tools.ours]: 1.5, [tools.empty]: 1 });

  it("are met up to their limit and missed above it", () => {
    expect(aims(first, nothingToDo).map(({ value, limit, met }) => ({ value, limit, met }))).toEqual([
      { value: 0.9, limit: 0.8, met: false },
      { value: 0.045, limit: 0.05, met: true },
      { value: 1.8, limit: 1.5, met: false },
      { value: 0.5, limit: 0.5, met: true },
    ]);
  });

  it("are left out where a tool was not measured", () => {
    expect(aims(scenario({ [tools.ours]: 9, [tools.raw]: 4 }), scenario({ [tools.ours]: 1 }))).toEqual([]);
  });
});
