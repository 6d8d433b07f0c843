import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import type { CaseResult, Figures } from "../../../bench/failover/figures.ts";
import { resultsAsJson, resultsAsMarkdown, showResults } from "../../../bench/failover/table.ts";

const figures = (gap: number, lost: number): Figures => ({
  repeats: 10,
  gapMs: { median: gap, p95: gap + 20.5, max: gap + 30 },
  requests: 30_000,
  lost,
  downloadsStarted: 40,
  downloadsSurvived: 39,
});
const results: CaseResult[] = [
  { name: "container killed", ours: figures(301.5, 0), byDefault: figures(3000, 1204) },
  { name: "link cut", ours: figures(310, 3), byDefault: undefined },
];

describe("what failovers cost", () => {
  it("is a row for each, with the default beside it", () => {
    expect(stripVTControlCharacters(showResults(results)).split("\n")).toEqual([
      "FAILOVER          REPEATS  GAP: MEDIAN     P95     MAX  LOST  DOWNLOADS ALIVE  ADVERT 1 S: REPEATS  GAP: MEDIAN       P95       MAX   LOST  DOWNLOADS ALIVE",
      "container killed       10       302 ms  322 ms  332 ms     0         39 of 40                   10     3,000 ms  3,021 ms  3,030 ms  1,204         39 of 40",
      "link cut               10       310 ms  331 ms  340 ms     3         39 of 40                    –            –         –         –      –                –",
    ]);
  });

  it("is a table of a Markdown page", () => {
    expect(resultsAsMarkdown(results.slice(0, 1)).split("\n")).toEqual([
      "| Failover | Repeats | Gap: median | p95 | max | Lost | Downloads alive | Advert 1 s: repeats | Gap: median | p95 | max | Lost | Downloads alive |",
      `| --- |${" ---: |".repeat(12)}`,
      "| container killed | 10 | 302 ms | 322 ms | 332 ms | 0 | 39 of 40 | 10 | 3,000 ms | 3,021 ms | 3,030 ms | 1,204 | 39 of 40 |",
    ]);
  });

  it("is the figures for machines, the default only where it was measured", () => {
    expect(resultsAsJson(results)).toEqual({
      cases: [
        { name: "container killed", ...figures(301.5, 0), default: figures(3000, 1204) },
        { name: "link cut", ...figures(310, 3) },
      ],
    });
  });
});
