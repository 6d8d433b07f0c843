import { describe, expect, it } from "vitest";
import { checkedIn } from "./checkout.ts";
import { type Import, importsOf, namesIn, textOf } from "./sourceText.ts";

const sources = checkedIn().filter((path) => path.endsWith(".ts"));
const imports = sources.flatMap(importsOf);
/** Tests, what runs them, and benchmarks may import whatever they look at. */
const program = imports.filter(({ from }) => !isIn(from, "test/", "vitest.config.ts", "bench/"));

/** No clock, no chance, no environment: the same input gives the same output. */
const pure = [
  "config/schema.ts",
  "config/schema/",
  "config/check.ts",
  "config/credentials.ts",
  "config/errors.ts",
  "config/lab.ts",
  "config/resolve.ts",
  "config/salvage.ts",
  "config/spelling.ts",
  "config/ssh.ts",
  "model/",
  "render/",
];

/** What an import may not be. */
const forbidden: readonly (readonly [rule: string, isForbidden: (edge: Import) => boolean])[] = [
  ["the pure stages know nothing of Pulumi", ({ from, to }) => isIn(from, ...pure) && isIn(to, "@pulumi/")],
  [
    "the pure stages touch nothing of the machine",
    ({ from, to }) => isIn(from, ...pure) && isOfMachine(from, to),
  ],
  [
    "model/ and render/ check nothing again",
    ({ from, to }) => to === "zod" && isIn(from, "model/", "render/"),
  ],
  ["config/ needs of ours only the model", outside("config/", "model/")],
  [
    "the schema needs of ours only kinds of values and the words of LVS",
    ({ from, ...edge }) =>
      isIn(from, "config/schema.ts", "config/schema/") &&
      outside(
        from,
        "config/schema/",
        "model/address.ts",
        "model/healthCheck.ts",
        "model/lvs.ts",
      )({ from, ...edge }),
  ],
  ["model/ needs nothing of ours", outside("model/")],
  ["render/ needs of ours only the model", outside("render/", "model/")],
  [
    "reading/ asks hosts and compares, for whoever wants to know",
    outside("reading/", "model/", "render/", "ssh/"),
  ],
  [
    "rollout/ knows hosts and plans, and not what runs it",
    outside("rollout/", "model/", "render/", "reading/"),
  ],
  ["rollout/ needs no engine", ({ from, to }) => isIn(from, "rollout/") && isIn(to, "@pulumi/")],
  [
    "components/ work in anybody's program",
    outside("components/", "config/", "model/", "render/", "reading/", "rollout/", "ssh/"),
  ],
  [
    "only index.ts reads a stack's configuration",
    ({ from, to }) => to === "config/load.ts" && from !== "index.ts",
  ],
  ["lab/ makes hosts and knows nothing of what runs on them", outside("lab/", "model/", "ssh/")],
  [
    "only components/ and lab/ run commands",
    ({ from, to }) => isPackage(to, "@pulumi/command") && !isIn(from, "components/", "lab/"),
  ],
  [
    "only lab/ has Docker resources",
    ({ from, to }) => isPackage(to, "@pulumi/docker") && !isIn(from, "lab/"),
  ],
  ["only index.ts makes a lab", ({ from, to }) => to === "lab/Lab.ts" && !isIn(from, "lab/", "index.ts")],
  ["ssh/ stands alone", outside("ssh/")],
  ["load/ needs of ours only what gets its generator", outside("load/", "setup/")],
  ["only measurements make load", ({ from, to }) => isIn(to, "load/") && !isIn(from, "load/")],
  [
    "operate/ asks and tells hosts, and knows nothing of how they came to be",
    outside("operate/", "reading/", "setup/", "ssh/", "status/"),
  ],
  ["toolchain/ needs of ours only ssh/", outside("toolchain/", "ssh/")],
  ["nothing needs toolchain/", ({ from, to }) => isIn(to, "toolchain/") && !isIn(from, "toolchain/")],
  [
    "setup/ needs no part of the program",
    ({ from, to }) =>
      isIn(from, "setup/") && isIn(to, "config/", "model/", "render/", "rollout/", "components/", "index.ts"),
  ],
  ["nothing needs a script", ({ from, to }) => isIn(to, "scripts/") && !isIn(from, "scripts/")],
  ["nothing needs a test", ({ to }) => isIn(to, "test/")],
];

describe("imports", () => {
  it.each(forbidden)("keep to it that %s", (_, isForbidden) => {
    expect(program.filter(isForbidden)).toEqual([]);
  });

  it("go in no circle", () => {
    const next = (path: string) =>
      program.filter(({ from, isOurs, isType }) => from === path && isOurs && !isType).map(({ to }) => to);
    expect(sources.filter((path) => reachable(path, next).has(path))).toEqual([]);
  });

  it.each([
    ["index.ts", "lab/Lab.ts", false],
    ["config/load.ts", "@pulumi/pulumi", false],
    ["rollout/turns.ts", "rollout/runningHost.ts", true],
    ["components/index.ts", "components/Director.ts", false],
    ["config/resolve.ts", "config/schema.ts", true],
  ])("are found, whatever their form: in %s, %s", (from, to, isType) => {
    expect(imports).toContainEqual(expect.objectContaining({ from, to, isType }));
  });
});

describe("what is pure", () => {
  it.each(sources.filter((path) => isIn(path, ...pure)))(
    "takes no time, chance or environment: %s",
    (path) => {
      const impure = [
        "Date",
        "performance",
        "Math.random",
        "randomUUID",
        "randomBytes",
        "process",
        "setTimeout",
      ];
      expect(namesIn(path).filter((name) => impure.includes(name))).toEqual([]);
    },
  );
});

describe("the configuration", () => {
  it("is read in one place", () => {
    const readers = sources.filter((path) => !isIn(path, "test/") && namesIn(path).includes("pulumi.Config"));
    expect(readers).toEqual(["config/load.ts"]);
    const renamed = sources.filter(
      (path) => !isIn(path, "test/") && /\bConfig\b[^;]*\bfrom "@pulumi\/pulumi"/.test(textOf(path)),
    );
    expect(renamed).toEqual([]);
  });
});

describe("ADDRESS:PORT", () => {
  it("is put together in one place; ssh/ needs none of ours", () => {
    const written = sources.filter((path) => !isIn(path, "test/", "ssh/", "model/address.ts"));
    expect(written.filter((path) => /address\}:\$\{|:\$\{[^}]*\bport\}/i.test(textOf(path)))).toEqual([]);
  });
});

describe("files", () => {
  it("have at most 300 lines", () => {
    const written = checkedIn().filter((path) => /\.(ts|sh|c|go)$/.test(path));
    expect(written.filter((path) => linesOf(path) > 300)).toEqual([]);
  });

  it("leave index.ts a table of contents", () => {
    expect(linesOf("index.ts")).toBeLessThanOrEqual(60);
  });

  it("load the lab and its plugin only where a stack asks for them", () => {
    expect(textOf("index.ts")).toContain('await import("./lab/Lab.ts")');
    expect(textOf("index.ts")).not.toMatch(/from "\.\/lab\//);
  });

  it("say at their head what they are for", () => {
    const named = sources.filter((path) => !path.endsWith(".test.ts"));
    expect(named.filter((path) => !/^(#!.*\n)?\/\*\*/.test(textOf(path)))).toEqual([]);
  });

  it("have no names that say nothing", () => {
    expect(checkedIn().filter((path) => /(^|\/)(utils?|helpers?|misc|common)(\.|\/)/.test(path))).toEqual([]);
  });
});

/** Forbids imports of ours from one place that lead neither there nor to the given places. */
function outside(place: string, ...allowed: readonly string[]): (edge: Import) => boolean {
  return ({ from, to, isOurs }) => isIn(from, place) && isOurs && !isIn(to, place, ...allowed);
}

/** Files, processes and the rest; a digest is arithmetic, and the shell library is part of the program. */
function isOfMachine(from: string, to: string): boolean {
  return (
    isIn(to, "node:") && to !== "node:crypto" && !(from === "render/shellLibrary.ts" && to === "node:fs")
  );
}

function isIn(path: string, ...places: readonly string[]): boolean {
  return places.some((place) => path === place || (/[/:]$/.test(place) && path.startsWith(place)));
}

function isPackage(to: string, name: string): boolean {
  return isIn(to, name, `${name}/`);
}

function linesOf(path: string): number {
  return textOf(path).split("\n").length - 1;
}

function reachable(path: string, next: (path: string) => string[], seen = new Set<string>()): Set<string> {
  for (const to of next(path).filter((found) => !seen.has(found))) reachable(to, next, seen.add(to));
  return seen;
}
