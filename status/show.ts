/** A cluster's status as a person reads it. */
import Table from "cli-table3";
import pc from "picocolors";
import type { Answers } from "./answers.ts";
import type { ClusterStatus, HostStatus, RealServerStatus } from "./collect.ts";

/** The status as text with colours, `answers` at its end. */
export function showStatus(status: ClusterStatus, answers: Answers | undefined): string {
  return [
    `${pc.bold("VIP")}  ${status.vip ?? "none"}${status.url ? `  ${status.url}` : ""}`,
    ...status.virtualServices.map(showService),
    plainTable(
      ["HOST", "ROLE", "ADDRESS", "STATE"],
      [
        ...status.directors.map((host) => hostRow(host, "director")),
        ...status.realServers.map((host) => hostRow(host, "real server")),
      ],
    ),
    ...[...status.directors, ...status.realServers].filter(({ detail }) => detail).map(showDetail),
    ...(answers ? [showAnswers(answers)] : []),
  ].join("\n\n");
}

function showService(service: ClusterStatus["virtualServices"][number]): string {
  const { name, protocol, address, port, scheduler, forwarding, realServers } = service;
  const rows = realServers.map((to) => [
    to.name,
    to.address,
    weight(to),
    colour(to.state),
    String(to.activeConnections),
    String(to.inactiveConnections),
  ]);
  const title = `${pc.bold(name)}  ${protocol} ${address}:${port}  scheduler ${scheduler}  forwarding ${forwarding}`;
  return `${title}\n${plainTable(["REAL SERVER", "ADDRESS", "WEIGHT", "STATE", "ACTIVE", "INACTIVE"], rows)}`;
}

function weight({ weight: wanted, liveWeight }: RealServerStatus): string {
  return liveWeight === null || liveWeight === wanted
    ? String(wanted)
    : `${liveWeight} (configured ${wanted})`;
}

function hostRow({ name, address, state }: HostStatus, role: string): string[] {
  return [name, role, address, colour(state)];
}

function showDetail({ name, detail }: HostStatus): string {
  return `${pc.bold(name)}\n${detail.replace(/^/gm, "  ")}`;
}

function showAnswers(answers: Answers): string {
  const total = Object.values(answers).reduce((sum, count) => sum + count, 0);
  const counts = Object.entries(answers).sort(([a], [b]) => a.localeCompare(b));
  return `${total} requests from the lab's client: ${counts.map(([who, count]) => `${who} ${count}`).join(", ")}`;
}

function colour(state: string): string {
  if (state === "up" || state === "as planned") return pc.green(state);
  return state === "quiesced" ? pc.yellow(state) : pc.red(state);
}

/** A table without lines. */
export function plainTable(head: string[], rows: string[][]): string {
  const none = { top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "" };
  const rest = {
    "bottom-left": "",
    "bottom-right": "",
    left: "",
    "left-mid": "",
    mid: "",
    "mid-mid": "",
    right: "",
  };
  const chars = { ...none, ...rest, "right-mid": "", middle: "  " };
  const style = { "padding-left": 0, "padding-right": 0, head: [], border: [], compact: true };
  const printed = new Table({ head, chars, style });
  printed.push(...rows);
  return printed.toString().replace(/ +$/gm, "");
}
