/** What a release leaves on hosts and in a stack: recorded once, laid on new hosts ever after. Nobody's keys are in it. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runOverSsh } from "../../ssh/client.ts";
import { inCheckout } from "../fixtures.ts";
import type { Machines } from "./machines.ts";

const folderOf = (version: string) => inCheckout(`test/cluster/releases/${version}`);

/** Where a converge writes, but for what debconf keeps. */
const written = "/etc /usr/local /var/www";
/** As old as the machine. */
const mark = "/root/before";

/** On a machine that no stack has converged yet. */
export async function markBefore(machines: Machines): Promise<void> {
  await onAll(machines, () => `touch ${mark}; sleep 1`);
}

/** Keeps what has been written since on each machine, and the stack as `pulumi stack export --show-secrets` has it. */
export async function record(version: string, machines: Machines, exportedState: string): Promise<void> {
  mkdirSync(folderOf(version), { recursive: true });
  const list = `find ${written} -xdev -newer ${mark} \\( -type f -o -type l \\) -print0; printf '/var/lib/pulumi-lvs\\0'`;
  const archives = await onAll(
    machines,
    () => `{ ${list}; } | tar -cz --null -T - 2>/dev/null | base64; rm ${mark}`,
  );
  for (const [name, archive] of archives) {
    writeFileSync(join(folderOf(version), `${name}.tar.gz`), Buffer.from(archive, "base64"));
  }
  const names = new Map(keysOf(machines).map(([name, key]) => [key, name]));
  const state = mapTexts(JSON.parse(exportedState), (text) => {
    return names.get(text) ?? text.replaceAll(inCheckout(""), "/checkout/");
  });
  writeFileSync(join(folderOf(version), "stack.json"), `${JSON.stringify(state, undefined, 2)}\n`);
}

/** Has machines be as the release left them on disk; they have it in effect when they have been restarted. */
export async function lay(version: string, machines: Machines): Promise<void> {
  await onAll(machines, (name) => [
    "base64 -d | tar -xz -C / && sync",
    readFileSync(join(folderOf(version), `${name}.tar.gz`)).toString("base64"),
  ]);
}

/** The stack that the release left, with these machines' keys, to be kept as a new stack keeps its secrets. */
export function stackOf(version: string, machines: Machines, newState: string): unknown {
  const keys = new Map(keysOf(machines));
  const state = JSON.parse(readFileSync(join(folderOf(version), "stack.json"), "utf8"));
  state.deployment.secrets_providers = JSON.parse(newState).deployment.secrets_providers;
  return mapTexts(state, (text) => keys.get(text) ?? text);
}

/** By what stands for them in a record. */
function keysOf({ privateKey, hostKeys }: Machines): [string, string][] {
  const ofHosts = Object.entries(hostKeys).map(([name, key]): [string, string] => [
    `host key of ${name}`,
    key,
  ]);
  return [["private key", privateKey], ...ofHosts];
}

/** A secret is JSON in a text of this name; one may be in another. */
function mapTexts(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === "string") return map(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((inner) => mapTexts(inner, map));
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (key !== "plaintext") return [key, mapTexts(inner, map)];
      return [key, JSON.stringify(mapTexts(JSON.parse(inner), map))];
    }),
  );
}

/** What each machine prints for a command, with text on its standard input. */
async function onAll(
  { targets }: Machines,
  commandFor: (name: string) => string | readonly [command: string, stdin: string],
): Promise<[name: string, stdout: string][]> {
  const managed = Object.entries(targets).filter(([name]) => name !== "client");
  return Promise.all(
    managed.map(async ([name, target]) => {
      const [command = "", stdin = ""] = [commandFor(name)].flat();
      const { exitCode, stdout, stderr } = await runOverSsh(target, { command, stdin });
      if (exitCode !== 0) throw new Error(`${name}: ${command}: exit ${exitCode}\n${stderr}`);
      return [name, stdout];
    }),
  );
}
