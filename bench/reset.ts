/** Brings hosts back to the state they were built in, whichever tool has converged them, and proves it. */
import { setTimeout as sleep } from "node:timers/promises";
import { hostSubnet } from "../model/address.ts";
import type { HostPlan, Item } from "../render/hostPlan.ts";
import { shellWord } from "../render/shellWord.ts";
import { SetupError } from "../setup/rung.ts";
import { type OpenSsh, runScript } from "./openSsh.ts";

/** What a host looked like when it was new, by name. */
export type StartStates = ReadonlyMap<string, string>;

/** Enough for a guest kernel that boots on a busy machine. */
const bootAttempts = 60;
/** Where a host keeps the files that converging replaces. */
const aside = "/var/backups/bench";

/** Waits until every host lets us in, sets aside the files that its plan will replace, and reads what it looks like. */
export async function readStartStates(ssh: OpenSsh, plans: readonly HostPlan[]): Promise<StartStates> {
  const states = plans.map(async (plan) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return [plan.host, await runScript(ssh, plan.host, `${setAside(plan)}\n${fingerprint}`)] as const;
      } catch (error) {
        if (attempt === bootAttempts) throw error;
        await sleep(1000);
      }
    }
  });
  return new Map(await Promise.all(states));
}

/** Throws a {@link SetupError} that names the difference when a host is not as it was at the start. */
export async function reset(ssh: OpenSsh, plans: readonly HostPlan[], start: StartStates): Promise<void> {
  await Promise.all(
    plans.map(async (plan) => {
      const found = await runScript(ssh, plan.host, `${resetScript(plan)}\n${fingerprint}`);
      const different = differences(start.get(plan.host) ?? "", found);
      if (different.length > 0) {
        throw new SetupError(`${plan.host} is not as it was at the start:\n${different.join("\n")}`);
      }
    }),
  );
}

function differences(before: string, now: string): string[] {
  const [old, present] = [new Set(before.split("\n")), new Set(now.split("\n"))];
  return [
    ...[...old].filter((line) => !present.has(line)).map((line) => `- ${line}`),
    ...[...present].filter((line) => !old.has(line)).map((line) => `+ ${line}`),
  ];
}

function setAside({ items }: HostPlan): string {
  const paths = items.flatMap((item) => (item.kind === "file" ? shellWord(item.path) : []));
  const copy = `[ ! -e "$path" ] || cp -a --parents "$path" ${aside}`;
  return `set -eu\nmkdir -p ${aside}\nfor path in ${paths.join(" ")}; do ${copy}; done`;
}

function resetScript(plan: HostPlan): string {
  const lines = [...plan.items].reverse().flatMap(undo);
  const files = ["rm -rf /var/lib/pulumi-lvs", `cp -a ${aside}/. /`];
  return ["set -eu", ...lines, ...files, "systemctl daemon-reload"].join("\n");
}

function undo(item: Item): string[] {
  switch (item.kind) {
    case "unit":
      return [`systemctl disable --now --quiet ${shellWord(item.name)} 2>/dev/null || true`];
    case "service":
    case "probe":
      return ["ipvsadm -C"];
    case "file":
      return [
        `rm -f ${shellWord(item.path)}`,
        `rmdir --ignore-fail-on-non-empty ${shellWord(item.path.replace(/\/[^/]*$/, ""))} 2>/dev/null || true`,
      ];
    case "sysctl":
      return [`sysctl -qw ${shellWord(`${item.key}=0`)} || true`];
    case "vip":
      return [
        `ip -4 -o address show to ${hostSubnet(item.address)} | while read -r _ link _; do ip address del ${hostSubnet(item.address)} dev "$link"; done`,
      ];
    default:
      return [];
  }
}

/** Prints files, addresses, ARP settings, units and the IPVS table, one fact a line. */
const fingerprint = `
find /etc /usr/local /var/www /var/lib/pulumi-lvs ! -type d 2>/dev/null -printf '%p %m %s %l\\n' | sort
ip -4 -o address show | awk '{ print $2, $4 }'
sysctl net.ipv4.conf.all.arp_ignore net.ipv4.conf.all.arp_announce
for unit in apache2 ldirectord pulumi-lvs-vip; do
  echo "$unit $(systemctl show -P ActiveState -P UnitFileState "$unit" | tr '\\n' ' ')"
done
ipvsadm -Sn 2>/dev/null || true
`;
