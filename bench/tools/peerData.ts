/** A host's plan as data that the peers' own modules take: the same state, without our script. */
import { endpointText, hostSubnet } from "../../model/address.ts";
import { parseServiceKey } from "../../model/serviceAddress.ts";
import { byEndpoint } from "../../model/table.ts";
import { forwardingWords } from "../../render/forwarding.ts";
import type { HostPlan, Item } from "../../render/hostPlan.ts";
import { ipvsadmAt } from "../../render/ipvs.ts";
import { shellWord } from "../../render/shellWord.ts";

/** What the inventories hand to `deploy.py` and `host.yml` under the name `desired`. */
export interface PeerData {
  readonly debconf: readonly { package: string; question: string; type: string; value: string }[];
  readonly packages: readonly string[];
  readonly assignments: readonly { path: string; key: string; value: string }[];
  /** Folders of `files` that no package brings. */
  readonly folders: readonly string[];
  readonly files: readonly { path: string; mode: string; content: string; notify: string }[];
  readonly modules: readonly string[];
  readonly sysctls: Readonly<Record<string, string>>;
  readonly units: readonly { name: string; enabled: boolean; running: boolean }[];
  /** Shell commands that succeed once a director may announce a VIP: the kernel's table is full. */
  readonly ready: readonly string[];
  /** VIPs and the shell command that adds each. */
  readonly vips: readonly { address: string; add: string }[];
  /** Shell commands that succeed only if the kernel, and what answers through the VIP, are as planned. */
  readonly readBack: readonly string[];
}

const vipProgram = "/usr/local/lib/pulumi-lvs/vip";

export function peerData({ items }: HostPlan): PeerData {
  const all = <K extends Item["kind"]>(kind: K) =>
    items.filter((item): item is Extract<Item, { kind: K }> => item.kind === kind);
  const files = all("file");
  const sysctls = all("sysctl");
  const vips = all("vip");
  return {
    debconf: all("debconf").flatMap(({ package: name, answers }) =>
      answers.map((answer) => ({ package: name, ...answer })),
    ),
    packages: all("packages").flatMap(({ names }) => names),
    assignments: all("assignment").map(({ path, key, value }) => ({ path, key, value })),
    folders: [...new Set(files.map(({ path }) => path.replace(/\/[^/]*$/, "")).filter(isOurs))],
    files: files.map(({ path, mode, content, notify = "" }) => ({ path, mode, content, notify })),
    modules: all("module").map(({ name }) => name),
    sysctls: Object.fromEntries(sysctls.map(({ key, value }) => [key, value])),
    units: all("unit").map(({ name, enabled, active = false }) => ({ name, enabled, running: active })),
    ready: all("service").map(inTable),
    vips: vips.map((vip) => ({
      address: vip.address,
      add: `${vipProgram} ${vip.manner} ${"from" in vip ? `${vip.from} ` : ""}${vip.address}`,
    })),
    readBack: [
      ...sysctls.map(({ key, value }) => `test "$(sysctl -n ${key})" = ${shellWord(value)}`),
      ...vips.map(({ address }) => `ip -4 -o address show to ${hostSubnet(address)} | grep -q .`),
      ...all("http").map(fetched),
    ],
  };
}

function isOurs(folder: string): boolean {
  return folder.includes("/pulumi-lvs");
}

function fetched(item: Extract<Item, { kind: "http" }>): string {
  return `curl -fsS -o /dev/null --retry 10 --retry-connrefused --retry-delay 1 http://${endpointText(item)}${item.path}`;
}

function inTable({ key, planned, settleSeconds }: Extract<Item, { kind: "service" }>): string {
  const { ipvsadm } = forwardingWords.dr;
  const at = ipvsadmAt(parseServiceKey(key));
  const rules = [...byEndpoint(planned)].map(
    ([to, { weight }]) => `-a ${at} -r ${to} ${ipvsadm} -w ${weight}`,
  );
  const table = `ipvsadm -Sn | grep -e '^-a ${at} ' | sort | sed "s/ *$//"`;
  const wanted = shellWord(rules.sort().join("\n"));
  return `timeout ${settleSeconds} bash -c ${shellWord(`until [ "$(${table})" = ${wanted} ]; do sleep 0.2; done`)}`;
}
