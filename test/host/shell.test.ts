import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { plansOf } from "../../render/plans.ts";
import { renderLauncher, renderScript } from "../../render/script.ts";
import { checkedIn } from "../checkout.ts";
import { inCheckout } from "../fixtures.ts";
import { fixtures } from "../render/fixtureClusters.ts";

/** Parts of the script that a host runs, which is checked as a whole. */
const isPart = (path: string) =>
  /^host\/(items\/.*|draining|format|handover|launch|reading|record|run|say|table|undo|walk|withdraw)\.sh$/.test(
    path,
  );

const programs = checkedIn()
  .filter((path) => !path.startsWith("test/") && !isPart(path))
  .filter((path) => path.endsWith(".sh") || hasShebang(path));
const parts = checkedIn().filter(isPart);

describe("shellcheck", () => {
  it("has nothing to say about a host's script, with every item of every fixture in it", () => {
    const items = fixtures.flatMap(({ cluster }) => plansOf(cluster)).flatMap((plan) => plan.items);
    expect(
      shellcheck(
        ["--exclude=SC1003,SC2016", "-"],
        renderScript({ host: "any", address: "192.0.2.11", role: "director", items }),
      ),
    ).toBe("");
  });

  it("has nothing to say about what launches it", () => {
    const plan = { host: "any", address: "192.0.2.11", role: "director", items: [] } as const;
    expect(shellcheck(["-"], renderLauncher(plan, "0"))).toBe("");
  });

  it.each(programs)("has nothing to say about %s", (path) => {
    expect(shellcheck([inCheckout(path)])).toBe("");
  });
});

describe("shell", () => {
  it.each(programs)("in %s stops at the first error", (path) => {
    expect(readFileSync(inCheckout(path), "utf8")).toMatch(/^set -eu(o pipefail)?$/m);
  });

  it.each(parts)("in %s does nothing before it is called", (path) => {
    const outside = readFileSync(inCheckout(path), "utf8")
      .split("\n")
      .filter((line) => /^[^\s#}]/.test(line));
    expect(outside.filter((line) => !/^(declare -A )?[a-z_]+(\(\) \{.*|=.*)$/.test(line))).toEqual([]);
  });

  it("has no two functions of one name: the later one would take the place of the other", () => {
    const library = parts.filter((path) => path !== "host/launch.sh");
    const names = library.flatMap((path) =>
      [...readFileSync(inCheckout(path), "utf8").matchAll(/^(\w+)\(\) \{/gm)].map(([, name]) => name),
    );
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  describe("calls one way", () => {
    const library = parts.filter((path) => path !== "host/launch.sh");
    const functionsIn = (path: string) =>
      [...codeIn(path).matchAll(/^(\w+)\(\) \{/gm)].map(([, name = ""]) => name);
    const home = new Map(library.flatMap((path) => functionsIn(path).map((name) => [name, path] as const)));
    const calls = new Map(
      library.map((path) => {
        const words = codeIn(path).matchAll(
          /(?:^|[;&|({!]|\$\(|\b(?:then|do|else|elif|if|while))\s*([a-z_]+)\b(?![=(])/gm,
        );
        const called = [...words].map(([, word = ""]) => home.get(word)).filter((to) => to !== undefined);
        return [path, [...new Set(called)].filter((to) => to !== path).sort()] as const;
      }),
    );

    it.each(library)("from %s, and never comes back to it", (path) => {
      const reached = new Set<string>();
      const follow = (from: string) => {
        for (const to of calls.get(from) ?? []) {
          if (reached.has(to)) continue;
          reached.add(to);
          follow(to);
        }
      };
      follow(path);
      expect([...reached]).not.toContain(path);
    });

    it("up from what all of it stands on", () => {
      const below = ["host/say.sh", "host/format.sh", "host/record.sh", "host/walk.sh"];
      for (const [at, path] of below.entries()) {
        expect(below.slice(0, at), path).toEqual(expect.arrayContaining(calls.get(path) ?? []));
      }
      expect(calls.get("host/walk.sh")).toContain("host/record.sh");
    });

    it.each(library.filter((path) => path.startsWith("host/items/")))(
      "from %s to nothing that is done with items",
      (path) => {
        expect(calls.get(path)).not.toEqual(
          expect.arrayContaining([expect.stringMatching(/^host\/(reading|withdraw|handover|undo|run)\.sh$/)]),
        );
      },
    );
  });

  it("knows every kind of item, and no other", () => {
    const kinds = fixtures
      .flatMap(({ cluster }) => plansOf(cluster))
      .flatMap(({ items }) => items.map(({ kind }) => kind));
    expect(readdirSync(inCheckout("host/items"))).toEqual(
      [...new Set(kinds)].map((kind) => `${kind}.sh`).sort(),
    );
  });

  it.each(readdirSync(inCheckout("host/items")))(
    "in %s reads and sets, and gives back whatever it saves",
    (name) => {
      const text = readFileSync(inCheckout(`host/items/${name}`), "utf8");
      const has = (verb: string) => text.includes(`\n${name.replace(".sh", "")}_${verb}() {`);
      expect({ read: has("read"), set: has("set"), restore: has("restore") || has("restore_all") }).toEqual({
        read: true,
        set: true,
        restore: has("save"),
      });
    },
  );
});

/** What shellcheck prints about a script; nothing for a clean one. */
function shellcheck(args: readonly string[], input = ""): string {
  const { error, stdout, stderr } = spawnSync("shellcheck", ["--shell=bash", ...args], {
    input,
    encoding: "utf8",
  });
  if (error)
    throw new Error(`shellcheck cannot be run (${error.message}); install it: apt-get install shellcheck`);
  return stdout + stderr;
}

function hasShebang(path: string): boolean {
  return /^#!.*\b(ba)?sh\b/.test(readFileSync(inCheckout(path), "utf8").slice(0, 40));
}

/** A part without its comments. */
function codeIn(path: string): string {
  return readFileSync(inCheckout(path), "utf8").replace(/^\s*#.*$/gm, "");
}
