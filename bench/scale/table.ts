/** Rows as a person reads them: a table for each number of hosts, then the aims. */
import pc from "picocolors";
import type { Aim } from "../results.ts";
import { alignedTable, showAims } from "../table.ts";
import type { Row } from "./rows.ts";

const head = ["TOOL", "FIRST RUN S", "NOTHING TO DO S", "STATE KB", "MEMORY MIB"];

export function showRows(rows: readonly Row[], aims: readonly Aim[]): string {
  const sizes = [...new Set(rows.map(({ hosts }) => hosts))];
  return [
    ...sizes.map((size) => showSize(rows.filter(({ hosts }) => hosts === size))),
    ...(aims.length > 0 ? [showAims(aims)] : []),
  ].join("\n\n");
}

function showSize(rows: readonly Row[]): string {
  const names = [...new Set(rows.map(({ tool }) => tool))];
  const shown = names.map((name) => {
    const runs = rows.filter(({ tool }) => tool === name);
    const most = (key: "stateBytes" | "peakMiB") => Math.max(...runs.map((run) => run[key]));
    const seconds = (scenario: Row["scenario"]) =>
      runs.find((run) => run.scenario === scenario)?.seconds.toFixed(2) ?? "–";
    const state = most("stateBytes") === 0 ? "–" : (most("stateBytes") / 1000).toFixed(0);
    return [name, seconds("first run"), seconds("nothing to do"), state, most("peakMiB").toFixed(0)];
  });
  return `${pc.bold(`${rows[0]?.hosts} real servers and a director`)}\n${alignedTable(head, shown)}`;
}
