/** Shows what a change does to a director's kernel table and to connections, and refuses one that must end some. */
import * as pulumi from "@pulumi/pulumi";
import { errorForPeople } from "../config/configError.ts";
import { type TableChange, tableChanges } from "../reading/tableChange.ts";
import { digestOf } from "../render/script.ts";
import type { HostChange } from "./hostChange.ts";

/** Shows the change beside `director` at preview; throws where it must end connections and `mayBreak` is not set. */
export async function showTableChanges(
  director: pulumi.Resource & { readonly name: string },
  { plan, reading }: HostChange,
  mayBreak: boolean,
): Promise<void> {
  if (!reading.held || reading.held.digest === digestOf(plan)) return;
  const changes = tableChanges(plan, reading);
  const breaking = changes.filter(({ breaks }) => breaks);
  if (breaking.length > 0 && !mayBreak) {
    throw errorForPeople(
      `${director.name}: this change ends connections:\n${table(breaking)}\nSet allowBreakingConnections: true to have it so, or change it in steps`,
    );
  }
  if (!pulumi.runtime.isDryRun() || changes.length === 0) return;
  await pulumi.log.info(
    `${director.name}: the kernel's table and its connections:\n${table(changes)}`,
    director,
  );
}

function table(changes: readonly TableChange[]): string {
  const rows = changes.map(({ service, realServer = "", change, connections }) => [
    service,
    realServer,
    change,
    `connections: ${connections}`,
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ")}`).join("\n");
}
