/** What each change cost, for people, for a page, and for machines. */
import pc from "picocolors";
import type { LoadReport } from "../../load/account.ts";
import { alignedTable } from "../table.ts";
import type { Outcome } from "./measure.ts";

const head = ["CHANGE", "REQUESTS", "LOST", "LONGEST GAP", "BY HAND: REQUESTS", "LOST", "LONGEST GAP"];

export function showOutcomes(outcomes: readonly Outcome[]): string {
  const rows = [...outcomes.map(cellsOf), totalOf(outcomes)].map(
    ([name = "", requests = "", lost = "", ...rest]) => [
      name,
      requests,
      lost === "0" ? pc.green(lost) : pc.red(lost),
      ...rest,
    ],
  );
  return alignedTable(head, rows);
}

/** A table for a Markdown page. */
export function outcomesAsMarkdown(outcomes: readonly Outcome[]): string {
  const titles = ["Change", "Requests", "Lost", "Longest gap", "By hand: requests", "Lost", "Longest gap"];
  const rule = titles.map((_, index) => (index === 0 ? "---" : "---:"));
  return [titles, rule, ...outcomes.map(cellsOf), totalOf(outcomes)]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

/** What `--json` prints. */
export function outcomesAsJson(outcomes: readonly Outcome[]) {
  const figures = ({ requests, lost, longestGapMs }: LoadReport) => ({ requests, lost, longestGapMs });
  return {
    changes: outcomes.map(({ name, ours, naive }) => ({ name, ...figures(ours), naive: figures(naive) })),
  };
}

function cellsOf({ name, ours, naive }: Outcome): string[] {
  return [name, ...figuresOf([ours]), ...figuresOf([naive])];
}

function totalOf(outcomes: readonly Outcome[]): string[] {
  return [
    "all together",
    ...figuresOf(outcomes.map(({ ours }) => ours)),
    ...figuresOf(outcomes.map(({ naive }) => naive)),
  ];
}

function figuresOf(reports: readonly LoadReport[]): string[] {
  const sum = (figure: "requests" | "lost") => reports.reduce((total, report) => total + report[figure], 0);
  const gap = Math.max(0, ...reports.map(({ longestGapMs }) => longestGapMs));
  return [
    sum("requests").toLocaleString("en"),
    sum("lost").toLocaleString("en"),
    `${gap.toLocaleString("en")} ms`,
  ];
}
