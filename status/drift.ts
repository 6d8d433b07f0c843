/** Tells what on the hosts of a stack has changed since it was last brought up. */
import pc from "picocolors";
import type { Stack } from "../setup/backend.ts";
import { type ClusterStatus, collectStatus, type HostStatus } from "./collect.ts";
import { readStack } from "./report.ts";
import { plainTable } from "./show.ts";

/** Exit codes of `npm run drift`. */
export const exitCodes = { none: 0, unknown: 1, drift: 2 } as const;

/** Prints the drift of every host and of the cluster as a whole; the exit code says whether there is any. */
export async function reportDrift(stack: Stack, { json }: { readonly json: boolean }): Promise<number> {
  const status = await collectStatus(stack.name, await readStack(stack));
  const rows = rowsOf(status);
  console.log(json ? JSON.stringify(driftAsJson(rows), null, 2) : showDrift(rows));
  return exitCodeOf(rows);
}

/** What may have drifted: a host, or under the name `cluster` the directors as one. */
export type DriftRow = Pick<HostStatus, "name" | "state" | "detail">;

/** Every host, and the cluster last. */
export function rowsOf({ directors, realServers, faults }: ClusterStatus): DriftRow[] {
  const detail = faults.map(({ found, remedy }) => `${found}; ${remedy}`).join("\n");
  const cluster = { name: "cluster", state: detail === "" ? "as planned" : "differs", detail } as const;
  return [...directors, ...realServers, cluster];
}

/** `unknown` where some host could not be asked, else whether there is any drift. */
export function exitCodeOf(rows: readonly Pick<DriftRow, "state">[]): number {
  if (rows.some(({ state }) => state === "unreachable")) return exitCodes.unknown;
  return rows.some(({ state }) => state === "differs") ? exitCodes.drift : exitCodes.none;
}

/** The drift as a table: a line for each thing that differs, planned → found. */
export function showDrift(rows: readonly DriftRow[]): string {
  const lines = rows.flatMap(({ name, state, detail }) =>
    detail.split("\n").map((line) => [name, colour(state), line || "as planned"]),
  );
  return plainTable(["HOST", "STATE", "PLANNED → FOUND"], lines);
}

/** The drift as `--json` prints it. */
export function driftAsJson(rows: readonly DriftRow[]) {
  return rows.map(({ name, state, detail }) => ({
    host: name,
    state,
    drift: state === "differs" ? detail.split("\n") : [],
    ...(state === "unreachable" && { reason: detail }),
  }));
}

function colour(state: HostStatus["state"]): string {
  if (state === "as planned") return pc.green("ok");
  return state === "differs" ? pc.yellow("drift") : pc.red("unknown");
}
