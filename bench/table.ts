/** Results as a person reads them: a table per scenario, then the aims. */
import Table from "cli-table3";
import pc from "picocolors";
import { type Aim, ratio, type Scenario, type ToolResult, tools } from "./results.ts";

export function showResults(scenarios: readonly Scenario[], aims: readonly Aim[]): string {
  return [...scenarios.map(showScenario), ...(aims.length > 0 ? [showAims(aims)] : [])].join("\n\n");
}

function showScenario(scenario: Scenario): string {
  const changes = scenario.results.some(({ effectiveSeconds }) => effectiveSeconds !== undefined);
  const head = ["TOOL", "SECONDS", ...(changes ? ["IN KERNEL"] : []), "OURS ÷ IT", "MEMORY MIB"];
  const rows = scenario.results.map((result) => [
    result.tool,
    result.seconds.toFixed(2),
    ...(changes ? [result.effectiveSeconds?.toFixed(2) ?? "–"] : []),
    comparison(scenario, result),
    result.peakMemoryMebibytes.toFixed(0),
  ]);
  return `${pc.bold(scenario.name)}\n${alignedTable(head, rows)}`;
}

function comparison(scenario: Scenario, { tool }: ToolResult): string {
  return tool === tools.ours ? "" : (ratio(scenario, tool)?.toFixed(2) ?? "–");
}

const suffixes = { ratio: "", seconds: " s", MiB: " MiB" } satisfies Record<Aim["unit"], string>;

export function showAims(aims: readonly Aim[]): string {
  const rows = aims.map(({ name, value, limit, unit, met }) => {
    return [
      name,
      `${value.toFixed(2)}${suffixes[unit]}`,
      `≤ ${Number(limit.toFixed(2))}${suffixes[unit]}`,
      met ? pc.green("met") : pc.red("missed"),
    ];
  });
  return `${pc.bold("Aims")}\n${alignedTable(["WHAT", "MEASURED", "AIM", ""], rows)}`;
}

/** Columns side by side, the first aligned to the left, without lines. */
export function alignedTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const border = ["top", "bottom", "left", "right", "mid"].flatMap((side) => [
    side,
    `${side}-mid`,
    `${side}-left`,
    `${side}-right`,
  ]);
  const chars = { ...Object.fromEntries(border.map((part) => [part, ""])), middle: "  " };
  const style = { "padding-left": 0, "padding-right": 0, head: [], border: [], compact: true };
  const colAligns = head.map((_, index) => (index === 0 ? "left" : "right") as "left" | "right");
  const printed = new Table({ head: [...head], chars, style, colAligns });
  printed.push(...rows.map((row) => [...row]));
  return printed.toString().replace(/ +$/gm, "");
}
