/** Rows as a person reads them: a table for each number of hosts, then the aims. */
import pc from "picocolors";
import type { Aim } from "../results.ts";
import { alignedTable, showAims } from "../table.ts";
import type { Row, ScaleScenario } from "./rows.ts";

const head = ["TOOL", "FIRST RUN S", "NOTHING TO DO S", "STATE KB", "MEMORY MIB"];

export function showRows(rows: readonly Row[], aims: readonly Aim[]): string {
  const bySize = [...new Set(rows.filter(({ services }) => services === 1).map(({ hosts }) => hosts))];
  const tables = rows.filter(({ services }) => services > 1);
  return [
    ...bySize.map((size) => showSize(rows.filter((row) => row.services === 1 && row.hosts === size))),
    ...(tables.length > 0 ? [showTables(tables)] : []),
    ...(aims.length > 0 ? [showAims(aims)] : []),
  ].join("\n\n");
}

function showSize(rows: readonly Row[]): string {
  const names = [...new Set(rows.map(({ tool }) => tool))];
  const shown = names.map((name) => {
    const { seconds, state, memory } = figures(rows.filter(({ tool }) => tool === name));
    return [name, seconds("first run"), seconds("nothing to do"), state, memory];
  });
  return `${pc.bold(`${rows[0]?.hosts} real servers and a director`)}\n${alignedTable(head, shown)}`;
}

function showTables(rows: readonly Row[]): string {
  const scenarios = ["preview", "first run", "nothing to do", "one weight changed"] as const;
  const head = ["SERVICES", ...scenarios.map((name) => `${name.toUpperCase()} S`), "STATE KB", "MEMORY MIB"];
  const shown = [...new Set(rows.map(({ services }) => services))].map((count) => {
    const { seconds, state, memory } = figures(rows.filter(({ services }) => services === count));
    return [String(count), ...scenarios.map(seconds), state, memory];
  });
  return `${pc.bold(`A director and ${rows[0]?.hosts} real servers`)}\n${alignedTable(head, shown)}`;
}

/** What one tool's runs came to. */
function figures(runs: readonly Row[]) {
  const most = (key: "stateBytes" | "peakMiB") => Math.max(...runs.map((run) => run[key]));
  const state = most("stateBytes");
  return {
    seconds: (scenario: ScaleScenario) =>
      runs.find((run) => run.scenario === scenario)?.seconds.toFixed(2) ?? "–",
    state: state === 0 ? "–" : (state / 1000).toFixed(0),
    memory: most("peakMiB").toFixed(0),
  };
}
