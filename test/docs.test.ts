import { describe, expect, it } from "vitest";
import { checkedIn } from "./checkout.ts";
import { load } from "./config/loading.ts";
import { schemaFields } from "./config/schemaFields.ts";
import { mistakesIn } from "./docs/commands.ts";
import { driftInWords, labDrift, labStatus } from "./docs/outputs.ts";
import {
  anchorsOf,
  codeIn,
  type Example,
  examplesOf,
  firstColumn,
  linksOf,
  pages,
  programExamples,
  targetOf,
} from "./docs/pages.ts";
import { readStack, settingsIn, stackSettings, withChanges } from "./fixtures.ts";
import { textOf } from "./sourceText.ts";

const examples = pages.flatMap(examplesOf);
const files = checkedIn();
const sources = files.filter((path) => /^(?!test\/|bench\/).*\.(ts|sh|pl)$/.test(path)).map(textOf);

/** How each kind of example is tried. */
const trials: Readonly<Record<string, (example: Example) => void>> = {
  bash: ({ text }) => expect(mistakesIn(text)).toEqual([]),
  text: tryOutput,
  ts: (example) => expect(programExamples).toContainEqual(example),
  yaml: trySettings,
};

describe("an example", () => {
  it("is of a kind that is tried, and there is one of each kind", () => {
    expect([...new Set(examples.map(({ kind }) => kind))].sort()).toEqual(Object.keys(trials).sort());
  });

  it.each(examples.map((example) => [example.kind, example.page, example] as const))(
    "of %s in %s is true",
    (kind, _, example) => trials[kind]?.(example),
  );
});

describe("what is named in running text", () => {
  it.each(pages)("exists: npm commands, settings and environment variables of %s", (page) => {
    const commands = codeIn(page).filter((code) => /^npm (ci|test|run \w)/.test(code));
    expect(commands.flatMap(mistakesIn)).toEqual([]);
    expect(codeIn(page).filter(namesNoSetting)).toEqual([]);
    const variables = textOf(page).match(/\b(PULUMI|XDG)_[A-Z_]+/g) ?? [];
    expect(variables.filter((name) => !sources.some((text) => text.includes(name)))).toEqual([]);
  });
});

describe("a link", () => {
  it.each([...pages, "CONTRIBUTING.md", "toolchain/README.md"])("in %s leads somewhere", (page) => {
    const ours = linksOf(page).filter((href) => !href.startsWith("https://"));
    expect(ours.filter((href) => !leadsSomewhere(page, href))).toEqual([]);
  });

  it("leads to every page, from the README on", () => {
    const reached = new Set(["README.md"]);
    for (const page of reached)
      for (const href of linksOf(page)) {
        const { path } = targetOf(page, href);
        if (pages.includes(path)) reached.add(path);
      }
    expect([...reached].sort()).toEqual([...pages].sort());
  });
});

describe("troubleshooting", () => {
  const fromDocker = "Pool overlaps with other one on this address space";
  const quoted = firstColumn("docs/how-to/troubleshooting.md", "Troubleshooting")
    .flatMap(({ tokens }) =>
      tokens.flatMap((token) => (token.type === "codespan" ? [token.raw.slice(1, -1)] : [])),
    )
    .filter((words) => words !== fromDocker);

  it.each(quoted)("quotes what a program says: %s", (words) => {
    const parts = words.split("…").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    const message = new RegExp(parts.join(".*"));
    expect(sources.some((text) => message.test(text))).toBe(true);
  });
});

it("the glossary has every action of host/run.sh", () => {
  const [, actions = ""] = /unknown action .*; give (.*)"/.exec(textOf("host/run.sh")) ?? [];
  const words = firstColumn("CONTRIBUTING.md", "Glossary").map(({ text }) => text.replace(" ", ""));
  expect(words).toEqual(expect.arrayContaining(actions.split(/, | or /)));
});

it("the README gives no figure that docs/benchmarks.md does not have", () => {
  const [, measured = ""] = /^## Measured$(.*?)^## /ms.exec(textOf("README.md")) ?? [];
  const figures = measured.match(/\d[\d,.]*\d/g) ?? [];
  expect(figures.length).toBeGreaterThan(5);
  expect(figures.filter((figure) => !textOf("docs/benchmarks.md").includes(figure))).toEqual([]);
});

/** Against what is printed in that state, told by its first line. */
function tryOutput({ text }: Example): void {
  const [begin = ""] = text.split("\n");
  expect([labStatus(), labDrift(), driftInWords()].find((output) => output.startsWith(begin))).toBe(text);
}

/** As a part of its stack file; a stack `prod` begins as the example. */
function trySettings({ text, partOf }: Example): void {
  const isLab = partOf === "Pulumi.dev.yaml";
  expect(isLab || partOf === "Pulumi.prod.yaml").toBe(true);
  const whole = readStack(isLab ? partOf : "examples/Pulumi.example.yaml");
  const changed = withChanges(whole, Object.fromEntries(settingsIn(stackSettings(text))));
  expect(changed).not.toEqual(whole);
  load(isLab || text.includes("agent: true") ? changed : withChanges(changed, { "ssh.privateKey": "a key" }));
}

/** Of code such as `vrrp.preempt`, `directors.X.priority` and `drainSeconds: 0`. */
function namesNoSetting(code: string): boolean {
  const [, name = "", value] = /^([a-z]\w*(?:\.\w+)*)(: \S+)?$/i.exec(code) ?? [];
  const parts = name.split(".");
  const isSetting = value !== undefined || (parts.length > 1 && isKey(parts[0]));
  return isSetting && ![...schemaFields.keys()].some((path) => endsWith(path.split("."), parts));
}

/** Whether it is a mapping: `ldirectord.cf` is a file. */
function isKey(word = ""): boolean {
  return [...schemaFields.keys()].some((path) => path.split(".").slice(0, -1).includes(word));
}

function endsWith(path: readonly string[], parts: readonly string[]): boolean {
  const end = path.slice(-parts.length);
  const isName = (part: string, at: number) => part === "*" && at < end.length - 1;
  return end.length === parts.length && end.every((part, at) => part === parts[at] || isName(part, at));
}

function leadsSomewhere(page: string, href: string): boolean {
  const { path, anchor } = targetOf(page, href);
  const exists = files.some((file) => file === path || file.startsWith(`${path}/`));
  return exists && (anchor === "" || anchorsOf(path).includes(anchor));
}
