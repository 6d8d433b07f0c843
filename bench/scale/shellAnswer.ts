/** What a host's shell prints for the commands with which pyinfra looks at it (its `facts/`); nothing for any other. */
import { createHash } from "node:crypto";
import type { PeerData } from "../tools/peerData.ts";

/** A host as far as pyinfra asks. */
export interface Asked {
  readonly desired: PeerData;
  readonly files: ReadonlyMap<string, Buffer>;
  /** Whether all but the files is as desired. */
  readonly isConverged: boolean;
}

/** Standard output of one command. */
export function shellAnswer(command: string, host: Asked): string {
  for (const [pattern, answer] of [...always, ...(host.isConverged ? onceConverged : [])]) {
    const found = pattern.exec(command);
    if (found) return lines(answer(host, found[1] ?? "", found[2] ?? ""));
  }
  return "";
}

/** The command in `sh -c 'COMMAND'`, which is how pyinfra gives it. */
export function unquoted(commandLine: string): string {
  const quoted = /^sh -c '(.*)'$/s.exec(commandLine)?.[1];
  return quoted?.replaceAll(`'"'"'`, "'") ?? commandLine;
}

type Rule = readonly [
  pattern: RegExp,
  answer: (host: Asked, first: string, second: string) => readonly string[],
];

const always: readonly Rule[] = [
  [/^uname -s$/, () => ["Linux"]],
  [/^! \(test -e (\S+) \|\|/, (host, path) => stat(host, path)],
  [/^test -e (\S+) && \( sha1sum/, ({ files }, path) => [`${sha1(files.get(path))}  ${path}`]],
  [
    /^debconf-show (\S+)/,
    ({ desired, isConverged }, name) =>
      desired.debconf
        .filter((answer) => answer.package === name)
        .map(({ question, value }) => `* ${question}: ${isConverged ? value : ""}`),
  ],
];

const onceConverged: readonly Rule[] = [
  [/\( dpkg -l \)/, ({ desired }) => desired.packages.map((name) => `ii  ${name}  1.0  amd64  simulated`)],
  [
    /^grep -e '\^(\w+)=.*' (\S+) /,
    ({ desired }, wanted, file) =>
      desired.assignments
        .filter(({ key, path }) => key === wanted && path === file)
        .map(({ key, value }) => `${key}="${value}"`),
  ],
  [/cat \/proc\/modules$/, ({ desired }) => desired.modules.map((name) => `${name} 16384 0 - Live 0x0`)],
  [/^sysctl (\S+) 2>/, ({ desired }, key) => [`${key} = ${desired.sysctls[key]}`]],
  [
    /--property SubState (\S+)/,
    ({ desired }, unit) => {
      const isRunning = desired.units.some(({ name, running }) => name === unit && running);
      return [`Id=${unit}`, `SubState=${isRunning ? "running" : "dead"}`];
    },
  ],
  [/--property UnitFileState (\S+)/, (_host, unit) => [`Id=${unit}`, "UnitFileState=enabled"]],
  [/^ip -4 -o address show to (\S+)$/, (_host, vip) => [`1: lo    inet ${vip} scope global lo`]],
];

function stat({ desired, files }: Asked, path: string): string[] {
  const file = files.get(path);
  const isFolder = !file && [...files.keys()].some((each) => each.startsWith(`${path}/`));
  if (!file && !isFolder) return [];
  const isProgram = isFolder || desired.files.some((each) => each.path === path && each.mode === "0755");
  const mode = `${isFolder ? "d" : "-"}${isProgram ? "rwxr-xr-x" : "rw-r--r--"}`;
  const size = file?.length ?? 0;
  return [`user=root group=root mode=${mode} atime=0 mtime=0 ctime=0 size=${size} '${path}'`];
}

function sha1(content: Buffer = Buffer.alloc(0)): string {
  return createHash("sha1").update(content).digest("hex");
}

function lines(each: readonly string[]): string {
  return each.map((line) => `${line}\n`).join("");
}
