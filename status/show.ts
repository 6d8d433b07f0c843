/** A cluster's status as a person reads it. */
import Table from "cli-table3";
import pc from "picocolors";
import { serviceKey } from "../model/serviceAddress.ts";
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
    ...showSharing(status.directors),
    ...status.faults.map(({ found, remedy }) => `${pc.red(found)}\n  ${remedy}`),
    ...[...status.directors, ...status.realServers].filter(({ detail }) => detail).map(showDetail),
    ...(answers ? [showAnswers(answers)] : []),
  ].join("\n\n");
}

function showService(service: ClusterStatus["virtualServices"][number]): string {
  const { name, scheduler, forwarding, realServers } = service;
  const rows = realServers.map((to) => [
    to.name,
    to.address,
    weight(to),
    colour(to.state),
    String(to.activeConnections),
    String(to.inactiveConnections),
  ]);
  const title = `${pc.bold(name)}  ${serviceKey({ knownBy: "port", ...service })}  scheduler ${scheduler}  forwarding ${forwarding}`;
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

/** Who holds the VIPs, where directors share them. */
function showSharing(directors: ClusterStatus["directors"]): string[] {
  const masters = directors.filter(({ vrrp }) => vrrp?.role === "MASTER");
  const rows = directors.flatMap(({ name, vrrp }) => {
    if (!vrrp) return [];
    const step =
      vrrp.tableInStep === null ? "nobody holds the VIPs" : vrrp.tableInStep ? "in step" : "differs";
    return [
      [
        name,
        masters.length > 1 ? pc.red(vrrp.role) : colour(vrrp.role),
        inSeconds(vrrp.since),
        vrrp.sync || pc.red("not running"),
        colour(step),
      ],
    ];
  });
  const splits = directors.flatMap(({ name, vrrp }) =>
    vrrp?.splitBrainSeen
      ? [
          `${pc.bold(name)}\n  another director held the VIPs too (split brain), last ${inSeconds(vrrp.splitBrainSeen)}`,
        ]
      : [],
  );
  if (rows.length === 0) return [];
  return [plainTable(["DIRECTOR", "VRRP", "SINCE", "SYNCHRONISATION", "TABLE"], rows), ...splits];
}

/** As people write it, in UTC. */
function inSeconds(isoTime: string): string {
  return `${isoTime.replace("T", " ").slice(0, 19)} UTC`;
}

function showDetail({ name, detail }: HostStatus): string {
  return `${pc.bold(name)}\n${detail.replace(/^/gm, "  ")}`;
}

function showAnswers(answers: Answers): string {
  const total = Object.values(answers).reduce((sum, count) => sum + count, 0);
  const counts = Object.entries(answers).sort(([a], [b]) => a.localeCompare(b));
  return `${total} requests from the lab's client: ${counts.map(([who, count]) => `${who} ${count}`).join(", ")}`;
}

const good = new Set(["up", "as planned", "MASTER", "BACKUP", "in step"]);

function colour(state: string): string {
  if (good.has(state)) return pc.green(state);
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
