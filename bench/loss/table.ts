/** What each change cost, for people, for a page, and for machines. */
import pc from "picocolors";
import type { LoadReport } from "../../load/account.ts";
import { alignedTable } from "../table.ts";
import type { Outcome } from "./measure.ts";
import type { EngineOutcome } from "./schedulers.ts";

const head = ["CHANGE", "REQUESTS", "LOST", "LONGEST GAP", "BY HAND: REQUESTS", "LOST", "LONGEST GAP"];

const schedulerHead = ["SCHEDULER", "PROTOCOL", "HEALTH ENGINE", "REQUESTS", "REPEATED", "LOST"];

/** The table of schedulers, `lost` marked. */
export function showSchedulers(outcomes: readonly EngineOutcome[]): string {
  const rows = outcomes.map(schedulerCells).map(([...cells]) => {
    const lost = cells.pop() ?? "";
    return [...cells, lost === "0" ? pc.green(lost) : pc.red(lost)];
  });
  return alignedTable(schedulerHead, rows);
}

/** The same for a Markdown page. */
export function schedulersAsMarkdown(outcomes: readonly EngineOutcome[]): string {
  const titles = ["Scheduler", "Protocol", "Health engine", "Requests", "Repeated", "Lost"];
  return markdownTable(titles, 3, outcomes.map(schedulerCells));
}

function schedulerCells({ scheduler, protocol, engine, asked, repeated, lost }: EngineOutcome): string[] {
  return [scheduler, protocol, engine, ...[asked, repeated, lost].map((count) => count.toLocaleString("en"))];
}

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
  return markdownTable(titles, 1, [...outcomes.map(cellsOf), totalOf(outcomes)]);
}

/** The first `words` columns hold words, the others figures. */
function markdownTable(titles: string[], words: number, rows: readonly string[][]): string {
  const rule = titles.map((_, index) => (index < words ? "---" : "---:"));
  return [titles, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** What `--json` prints. */
export function outcomesAsJson(outcomes: readonly Outcome[], schedulers: readonly EngineOutcome[]) {
  const figures = ({ requests, lost, longestGapMs }: LoadReport) => ({ requests, lost, longestGapMs });
  return {
    changes: outcomes.map(({ name, ours, naive }) => ({ name, ...figures(ours), naive: figures(naive) })),
    schedulers,
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
