/** The files of `invalid/`: changes to a valid stack file, and the message that each of them earns. */
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { parse } from "yaml";
import { inCheckout, readStack, type Settings, withChanges } from "../fixtures.ts";

export interface InvalidCase {
  /** File and number, for people. */
  readonly title: string;
  /** Dotted paths and what is written there. */
  readonly set: Settings;
  /** Dotted paths that are left out. */
  readonly remove: readonly string[];
  readonly settings: Settings;
  /** The whole message that refuses these settings. */
  readonly message: string;
}

interface InvalidFile {
  /** The file of `valid/` that is changed. */
  readonly base: string;
  readonly cases: readonly {
    readonly set?: Settings;
    readonly remove?: readonly string[];
    /** One line per mistake. */
    readonly expect: string;
  }[];
}

const folder = inCheckout("test/config/invalid");

export const invalidCases: readonly InvalidCase[] = readdirSync(folder).flatMap((name) => {
  const { base, cases } = parse(readFileSync(`${folder}/${name}`, "utf8")) as InvalidFile;
  const valid = readStack(`test/config/valid/${base}.yaml`);
  return cases.map(({ set = {}, remove = [], expect }, index) => ({
    title: `${basename(name, ".yaml")} ${index + 1}: ${[...Object.keys(set), ...remove]}`,
    set,
    remove,
    settings: withChanges(valid, { ...set, ...Object.fromEntries(remove.map((path) => [path, undefined])) }),
    message: messageOf(expect.trimEnd().split("\n")),
  }));
});

function messageOf(lines: readonly string[]): string {
  const title = lines.length === 1 ? "a mistake" : `${lines.length} mistakes`;
  return [`the configuration has ${title}:`, ...lines.map((line) => `  pulumi-lvs:${line}`)].join("\n");
}
