import { describe, expect, it } from "vitest";
import { figuresOf, percentile } from "../../../bench/failover/figures.ts";

const repeat = (gapMs: number, lost = 0, downloadsSurvived = 4) => ({
  gapMs,
  requests: 1000,
  lost,
  downloadsStarted: 4,
  downloadsSurvived,
});

describe("a percentile", () => {
  it.each([
    [[30, 10, 20], 50, 20],
    [[30, 10, 20], 100, 30],
    [[30, 10, 20], 0, 10],
    [[10, 9, 8, 7, 6, 5, 4, 3, 2, 1], 95, 10],
    [Array.from({ length: 20 }, (_, at) => at + 1), 95, 19],
    [[7], 95, 7],
  ])("of %j at %i is one of them", (values, percent, expected) => {
    expect(percentile(values, percent)).toBe(expected);
  });

  it("of nothing is refused", () => {
    expect(() => percentile([], 95)).toThrow(RangeError);
  });
});

describe("the figures of a case", () => {
  it("are sums, and of the gaps the median, the 95th percentile and the longest", () => {
    expect(figuresOf([repeat(300), repeat(100, 3), repeat(200, 1, 2)])).toEqual({
      repeats: 3,
      gapMs: { median: 200, p95: 300, max: 300 },
      requests: 3000,
      lost: 4,
      downloadsStarted: 12,
      downloadsSurvived: 10,
    });
  });

  it("are none without a repeat", () => {
    expect(figuresOf([])).toBeUndefined();
  });
});
