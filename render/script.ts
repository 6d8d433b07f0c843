/** HostPlan → the one script a host runs. */
import { createHash } from "node:crypto";
import type { HostPlan } from "./hostPlan.ts";
import { itemWords, withoutSecrets } from "./hostPlan.ts";
import { hostPaths } from "./paths.ts";
import { launcher, shellLibrary } from "./shellLibrary.ts";
import { shellWord } from "./shellWord.ts";

/** The format of what is kept on hosts and in stacks (host/format.sh, CONTRIBUTING). */
export const format = 1;

/**
 * What a plan is recognised by on a host: it changes with the plan and with the shell that holds it. Whoever sees it could
 * try what a secret may be, so it does not change with one: the host itself tells that it has another one.
 */
export function digestOf(plan: HostPlan): string {
  const shown = { ...plan, items: plan.items.map(withoutSecrets) };
  const whole = [plan.role, plan.host, plan.address, planFunction(shown), shellLibrary].join("\0");
  return createHash("sha256").update(whole).digest("hex").slice(0, 16);
}

/**
 * The whole script for `bash -s -- ACTION`, on stdin; `host/run.sh` lists the actions. Nothing runs before its last line
 * has arrived. bash reads a script from a pipe byte by byte, which costs small hosts seconds, so it is taken in as one.
 */
export function renderScript(plan: HostPlan): string {
  return `${asRoot}
script=$(cat) && eval "$script"
${settings}
host=${shellWord(plan.host)}
address=${shellWord(plan.address)}
role=${shellWord(plan.role)}
digest=${digestOf(plan)}
generation=0
format=${format}
settings=${shellWord(settings)}
globals=(${globals.join(" ")})

${planFunction(plan)}
${shellLibrary}
main "$@" </dev/null
`;
}

/**
 * What the state keeps of a host's script, twice, for `bash -s -- ACTION`, on stdin: the engine writes the whole state at
 * every step, and the script is seventy times as long. Comments and indentation stay behind. Another `generation` makes an unchanged plan run again.
 */
export function renderLauncher(plan: HostPlan, generation: string): string {
  return `${asRoot}
set -euo pipefail
host=${shellWord(plan.host)}
holder=${shellWord(`${plan.role} ${plan.host} ${plan.address}`)}
digest=${digestOf(plan)}
generation=${shellWord(generation)}
# format ${format}
${launcher.replace(/^ +/gm, "").replace(/^(#.*)?\n/gm, "")}launch "$@" </dev/null
`;
}

/** The digest of the plan that a script or a launcher is for. */
export function digestIn(script: string): string {
  return /^digest=(\w+)$/m.exec(script)?.[1] ?? "";
}

/** The format of what a stack keeps with this launcher; 0 before formats had numbers. */
export function formatIn(launcher: string): number {
  return Number(/^# format (\d+)$/m.exec(launcher)?.[1] ?? 0);
}

/**
 * The rest of stdin goes to the shell that sudo starts: bash reads a script from a pipe no further than it has to. sudo
 * would drop where the login came from (sudoers(5), env_reset).
 */
const asRoot = `if [ "$(id -u)" -ne 0 ]; then
  sudo -n true || { echo "$(id -un) must be root or run sudo without a password here" >&2; exit 1; }
  exec sudo -n env "SSH_CLIENT=\${SSH_CLIENT:-}" bash -s -- "$@"
fi`;

/** Runs an action with the script that a host has kept of its last good run; for `bash -s -- ACTION`, on stdin. */
export const keptScript = `${asRoot}
exec bash ${hostPaths.state}/script "$@" </dev/null
`;

const settings = `set -euo pipefail
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
umask 022`;

/** What the shell library finds set: a host keeps its functions and these as a script of its own. */
export const globals = [
  ...["host", "address", "role", "digest", "generation", "format", "settings", "globals"],
  ...[...shellLibrary.matchAll(/^(?:declare -A )?([a-z_]+)=/gm)].map(([, name = ""]) => name),
];

function planFunction({ items }: HostPlan): string {
  return `plan() {\n${items.map((item) => `  item ${itemWords(item).map(shellWord).join(" ")}`).join("\n")}\n}\n`;
}
