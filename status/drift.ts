/** Tells what on the hosts of a stack has changed since it was last brought up. */
import pc from "picocolors";
import type { Stack } from "../setup/backend.ts";
import { type ClusterStatus, collectStatus, type HostStatus } from "./collect.ts";
import { readStack } from "./report.ts";
import { plainTable } from "./show.ts";

/** Exit codes of `npm run drift`. */
export const exitCodes = { none: 0, unknown: 1, drift: 2 } as const;

/** Prints the drift of every host; the exit code says whether there is any. */
export async function reportDrift(stack: Stack, { json }: { readonly json: boolean }): Promise<number> {
  const status = await collectStatus(stack.name, await readStack(stack));
  const hosts = hostsOf(status);
  console.log(json ? JSON.stringify(hosts.map(asJson), null, 2) : showDrift(hosts));
  return exitCodeOf(hosts);
}

/** `unknown` where some host could not be asked, else whether there is any drift. */
export function exitCodeOf(hosts: readonly Pick<HostStatus, "state">[]): number {
  if (hosts.some(({ state }) => state === "unreachable")) return exitCodes.unknown;
  return hosts.some(({ state }) => state === "differs") ? exitCodes.drift : exitCodes.none;
}

/** The drift as a table: a line for each thing that differs, planned → found. */
export function showDrift(hosts: readonly HostStatus[]): string {
  const rows = hosts.flatMap(({ name, state, detail }) =>
    detail.split("\n").map((line) => [name, colour(state), line || "as planned"]),
  );
  return plainTable(["HOST", "STATE", "PLANNED → FOUND"], rows);
}

function hostsOf({ directors, realServers }: ClusterStatus): HostStatus[] {
  return [...directors, ...realServers];
}

function asJson({ name, state, detail }: HostStatus) {
  return {
    host: name,
    state,
    drift: state === "differs" ? detail.split("\n") : [],
    ...(state === "unreachable" && { reason: detail }),
  };
}

function colour(state: HostStatus["state"]): string {
  if (state === "as planned") return pc.green("ok");
  return state === "differs" ? pc.yellow("drift") : pc.red("unknown");
}
