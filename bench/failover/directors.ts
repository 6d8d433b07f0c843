/** How the directors of the measured cluster are at a moment, and whether they are whole: one holder, one ready, tables equal. */
import { setTimeout as sleep } from "node:timers/promises";
import { SetupError } from "../../setup/rung.ts";
import { runOverSsh } from "../../ssh/client.ts";
import { SshError } from "../../ssh/target.ts";
import type { StateHost } from "../../status/stackState.ts";

/** A director that answers over SSH. */
export interface DirectorState {
  readonly name: string;
  readonly holdsVip: boolean;
  /** What keepalived says it is; empty where it does not run. */
  readonly role: string;
  /** When another director was last found to hold the VIPs too, in seconds of the epoch; 0: never. */
  readonly rivalSeconds: number;
  /** Daemons of the kernel's connection synchronisation. */
  readonly syncDaemons: number;
  readonly ldirectordRuns: boolean;
  /** Lines of `ipvsadm -Sn`, sorted. */
  readonly rules: readonly string[];
}

/** Much longer than a lab host takes to boot and to check its real servers. */
const longestSeconds = 90;

const question = (vip: string) => `
echo "vip $(ip -4 -o address show to ${vip}/32 | wc -l)"
systemctl is-active --quiet keepalived && echo "role $(cut -d' ' -f1 /run/pulumi-lvs-vrrp)"
echo "rival $(cut -d' ' -f2 /run/pulumi-lvs-vrrp-rival 2>/dev/null)"
echo "sync $(ipvsadm -L --daemon | grep -c syncid)"
echo "ldirectord $(systemctl is-active ldirectord)"
ipvsadm -Sn | sort | sed 's/^/rule /'
`;

/** Asks a director; undefined where it cannot be reached. */
export async function askDirector(
  { name, target }: StateHost,
  vip: string,
): Promise<DirectorState | undefined> {
  try {
    return parseDirector(name, (await runOverSsh(target, { command: question(vip) })).stdout);
  } catch (error) {
    if (!(error instanceof SshError)) throw error;
    return undefined;
  }
}

/** Reads what a director has answered. */
export function parseDirector(name: string, text: string): DirectorState {
  const lines = text.split("\n").map((line) => /^(\w+) (.*)$/.exec(line.trimEnd()));
  const of = (word: string) => lines.flatMap((line) => (line?.[1] === word ? [line[2] ?? ""] : []));
  return {
    name,
    holdsVip: of("vip")[0] === "1",
    role: of("role")[0] ?? "",
    rivalSeconds: Number(of("rival")[0] ?? 0),
    syncDaemons: Number(of("sync")[0] ?? 0),
    ldirectordRuns: of("ldirectord")[0] === "active",
    rules: of("rule"),
  };
}

/** What is missing to be whole; nothing where the directors are. */
export function faultsOf(states: readonly (DirectorState | undefined)[]): string[] {
  const known = states.filter((state) => state !== undefined);
  const holders = known.filter(({ holdsVip }) => holdsVip);
  const [first, ...others] = known;
  return [
    ...(known.length < states.length ? ["a director cannot be reached"] : []),
    ...(holders.length === 1 ? [] : [`${holders.length} directors hold the VIP`]),
    ...known.flatMap(({ name, role, holdsVip, syncDaemons, ldirectordRuns }) => [
      ...(role === (holdsVip ? "MASTER" : "BACKUP") ? [] : [`${name} is ${role || "without keepalived"}`]),
      ...(syncDaemons === 2 ? [] : [`${name} has ${syncDaemons} of 2 sync daemons`]),
      ...(ldirectordRuns ? [] : [`${name} has no ldirectord`]),
    ]),
    ...(first?.rules.some((rule) => rule.startsWith("-a")) ? [] : ["a table is empty"]),
    ...(others.every(({ rules }) => rules.join("\n") === first?.rules.join("\n")) ? [] : ["tables differ"]),
  ];
}

/** Waits until the directors are whole; which one holds the VIP. Throws a {@link SetupError} where they do not become it. */
export async function whenWhole(directors: readonly StateHost[], vip: string): Promise<DirectorState> {
  const deadline = Date.now() + longestSeconds * 1000;
  for (;;) {
    const states = await Promise.all(directors.map((host) => askDirector(host, vip)));
    const faults = faultsOf(states);
    const holder = states.find((state) => state?.holdsVip);
    if (faults.length === 0 && holder) return holder;
    if (Date.now() > deadline) {
      throw new SetupError(`the cluster is not whole after ${longestSeconds} s: ${faults.join(", ")}`);
    }
    await sleep(500);
  }
}
