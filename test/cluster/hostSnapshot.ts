/** What a host is, fact by fact, and which new facts are only what packages bring along. */
import { readFileSync } from "node:fs";
import { runOverSsh } from "../../ssh/client.ts";
import type { SshTarget } from "../../ssh/target.ts";
import { inCheckout } from "../fixtures.ts";

/** One thing that is so on a host. */
interface Fact {
  /** `file`, `content`, `sysctl`, `address`, `route`, `rule`, `unit file`, `active unit` or `ipvs`. */
  readonly kind: string;
  readonly name: string;
  readonly value: string;
}

/** Facts by what tells them apart. */
export type Snapshot = ReadonlyMap<string, Fact>;

const facts = readFileSync(inCheckout("test/cluster/snapshot.sh"), "utf8");

/** What packages write outside of their lists: files by the program that does it, and settings by their module. */
const broughtAlong: readonly (readonly [by: string, what: RegExp])[] = [
  ["ldconfig, for a library", /^(file|content) \/etc\/ld\.so\.cache$/],
  ["the postinst of netbase", /^(file|content) \/etc\/networks$/],
  ["the postinst of apache2", /^(file|content) \/var\/www\/html\/index\.html$/],
  ["a2enmod's books", /^(file|content) \/var\/lib\/apache2\//],
  ["ip_vs and nf_conntrack, which stay loaded", /^sysctl net\.(ipv4\.vs\.|netfilter\.nf_|nf_conntrack_max)/],
  ["ldirectord's unit, which wants it", /^active unit network-online\.target$/],
];

export async function snapshotOf(target: SshTarget): Promise<Snapshot> {
  const lines = (await run(target, "bash -s", facts)).trimEnd().split("\n");
  return new Map(
    lines.map((line) => {
      const [kind = "", name = "", value = ""] = line.split("\t");
      return [line, { kind, name, value }];
    }),
  );
}

/** What the host was and is no longer, and what it is and was not; of new things, those that no package brought. */
export async function differences(target: SshTarget, before: Snapshot): Promise<string[]> {
  const after = await snapshotOf(target);
  const gone = [...before].filter(([line]) => !after.has(line)).map(([, fact]) => fact);
  const added = [...after].filter(([line]) => !before.has(line)).map(([, fact]) => fact);
  const owned = await ownedByPackages(target, added.flatMap(pathsOf));
  const isNew = ({ kind, name }: Fact) =>
    !gone.some((other) => other.kind === kind && other.name === name) || name === "/etc/ld.so.cache";
  const isBrought = (fact: Fact) =>
    isNew(fact) &&
    fact.value !== "enabled" &&
    (pathsOf(fact).some((path) => owned.has(path)) ||
      broughtAlong.some(([, what]) => what.test(`${fact.kind} ${fact.name}`)));
  const show = (sign: string) => (fact: Fact) => `${sign} ${fact.kind} ${fact.name} ${fact.value}`;
  return [
    ...gone.filter(({ name }) => name !== "/etc/ld.so.cache").map(show("-")),
    ...added.filter((fact) => !isBrought(fact)).map(show("+")),
  ];
}

/** Paths that tell whose a fact is, if dpkg knows one of them. */
function pathsOf({ kind, name, value }: Fact): string[] {
  if (kind === "file" || kind === "content") return [name];
  if (kind !== "unit file") return [];
  return value === "generated"
    ? [`/etc/init.d/${name.replace(/\.service$/, "")}`]
    : [`/lib/systemd/system/${name}`, `/usr/lib/systemd/system/${name}`];
}

/** Those of `paths` that dpkg knows, and links to such. */
async function ownedByPackages(target: SshTarget, paths: readonly string[]): Promise<ReadonlySet<string>> {
  const resolve = 'while IFS= read -r path; do printf "%s\\t%s\\n" "$path" "$(readlink -f "$path")"; done';
  const ends = (await run(target, resolve, `${paths.join("\n")}\n`)).trimEnd().split("\n");
  const known = await run(
    target,
    "xargs -r -d '\\n' dpkg -S 2>/dev/null || true",
    ends.join("\n").replaceAll("\t", "\n"),
  );
  const names = new Set(known.split("\n").map((line) => line.replace(/^.*?: /, "")));
  return new Set(
    ends
      .map((line) => line.split("\t"))
      .filter((both) => both.some((path) => names.has(path)))
      .map(([path = ""]) => path),
  );
}

async function run(target: SshTarget, command: string, stdin: string): Promise<string> {
  const { exitCode, stdout, stderr } = await runOverSsh(target, { command, stdin });
  if (exitCode !== 0) throw new Error(`${target.host}: ${command}: exit ${exitCode}\n${stderr}`);
  return stdout;
}
