/** What each failover cost, for people, for a page, and for machines. */
import pc from "picocolors";
import { alignedTable } from "../table.ts";
import type { CaseResult, Figures } from "./figures.ts";

const figures = ["Repeats", "Gap: median", "p95", "max", "Lost", "Downloads alive"];
const head = [
  "Failover",
  ...figures,
  ...figures.map((title, at) => (at === 0 ? "Advert 1 s: repeats" : title)),
];

export function showResults(results: readonly CaseResult[]): string {
  const rows = results.map((result) =>
    cellsOf(result).map((cell, at) => (head[at] === "Lost" && cell !== "0" ? pc.yellow(cell) : cell)),
  );
  return alignedTable(
    head.map((title) => title.toUpperCase()),
    rows,
  );
}

/** A table for a Markdown page. */
export function resultsAsMarkdown(results: readonly CaseResult[]): string {
  const rule = head.map((_, at) => (at === 0 ? "---" : "---:"));
  return [head, rule, ...results.map(cellsOf)].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** What `--json` prints; `default` is left out where it was not measured. */
export function resultsAsJson(results: readonly CaseResult[]) {
  return {
    cases: results.map(({ name, ours, byDefault }) => ({
      name,
      ...ours,
      ...(byDefault && { default: byDefault }),
    })),
  };
}

function cellsOf({ name, ours, byDefault }: CaseResult): string[] {
  return [name, ...cells(ours), ...cells(byDefault)];
}

function cells(measured: Figures | undefined): string[] {
  if (!measured) return figures.map(() => "–");
  const { repeats, gapMs, lost, downloadsSurvived, downloadsStarted } = measured;
  const milliseconds = [gapMs.median, gapMs.p95, gapMs.max].map(
    (gap) => `${Math.round(gap).toLocaleString("en")} ms`,
  );
  return [
    String(repeats),
    ...milliseconds,
    lost.toLocaleString("en"),
    `${downloadsSurvived} of ${downloadsStarted}`,
  ];
}
