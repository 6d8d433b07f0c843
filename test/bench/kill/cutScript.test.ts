import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { cutAt, cutAtNext, cutOf, listingSteps, type Step, stepsOf } from "../../../bench/kill/cutScript.ts";
import { shellLibrary } from "../../../render/shellLibrary.ts";

// Some hundred runs of bash each.
vi.setConfig({ testTimeout: 300_000 });

/** A kind of item whose state is a file's content. */
const thing = `
thing_read() { wanted=$2 found=absent; [ ! -e "$folder/$1" ] || found=$(<"$folder/$1"); }
thing_set() { echo "$2" >"$folder/$1"; }
thing_save() { [ ! -e "$folder/$1" ] || cp "$folder/$1" "$2/content"; }
thing_restore() { if [ -e "$2/content" ]; then cp "$2/content" "$folder/$1"; else rm -f "$folder/$1"; fi; }
preflight() { :; }
lock() { :; }`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pulumi-lvs-"));
  write("setting", "theirs");
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("the steps of a run", () => {
  it("are those of the script: before and after whatever changes a host", () => {
    const names = stepsOf(run(listingSteps(first())).stdout).map(({ name }) => name);
    expect(names).toContain("before thing_set setting first (1)");
    expect(names).toContain("after thing_set setting first (1)");
    expect(names.at(-1)).toBe("after reload_pending (2)");
    expect(names.some((name) => name.includes("_read"))).toBe(false);
  });

  it("are also those of a function that nobody here knows", () => {
    const script = first().replace("converge() {", "converge() {\n  novelty");
    const names = stepsOf(run(listingSteps(`novelty() { :; }\n${script}`)).stdout).map(({ name }) => name);
    expect(names.slice(0, 2)).toEqual(["before novelty (1)", "after novelty (1)"]);
  });

  it("are also those around each write of the kernel's table", () => {
    const written = `
table() { [ -e "$folder/written" ] || echo '-A -t 192.0.2.1:80 -s wrr'; }
ipvsadm() { touch "$folder/written"; }
thing_set() { change_table 'tcp 192.0.2.1:80 scheduler wrr' hold; }`;
    const listing = listingSteps(first().replace(/^main /m, () => `${written}\nmain `));
    const names = stepsOf(run(listing).stdout).map(({ name }) => name);
    const step = "write_table -A -t 192.0.2.1:80 -s wrr (1)";
    expect(names.filter((name) => name.includes("write_table"))).toEqual([`before ${step}`, `after ${step}`]);
  });

  it("leave the run what it is", () => {
    expect(run(listingSteps(first())).exitCode).toBe(0);
    expect(read("setting")).toBe("first");
    expect(run(listingSteps(script("item thing setting first", "false"))).exitCode).toBe(1);
  });
});

describe("a run that is cut at any of its steps", () => {
  it("is completed by the next one, and what was before is given back in the end", () => {
    for (const { name } of steps()) {
      run(first());
      expect(run(cutAt(second(), name, "kill"))).toMatchObject({ signal: "SIGKILL" });
      expect(run(second()), name).toMatchObject({ exitCode: 0 });
      expect([read("setting"), read("new"), has("old")], name).toEqual(["second", "second", false]);
      expect(readdirSync(join(folder, "state")).sort(), name).toEqual([
        "before",
        "converged",
        "format",
        "holder",
        "script",
      ]);
      expect(run(second(), "remove"), name).toMatchObject({ exitCode: 0 });
      expect([read("setting"), has("new"), has("state")], name).toEqual(["theirs", false, false]);
    }
  });

  it("is put back to its last good state by the next one where that fails", () => {
    const failing = script("item thing setting second", "item thing new second", "fail here");
    for (const { name } of steps().filter((step) => !afterwards.test(step.name))) {
      run(first());
      run(cutAt(second(), name, "kill"));
      expect(run(failing).exitCode, name).toBe(1);
      expect([read("setting"), has("new"), read("old")], name).toEqual(["first", false, "first"]);
      run(first(), "remove");
    }
  });

  it("is completed when it is cut at every step, one after the other", () => {
    run(first());
    const passed: string[] = [];
    for (;;) {
      const { stdout, exitCode } = run(cutAtNext(second(), "(before|after)", passed));
      const step = cutOf(stdout);
      if (step === undefined) {
        expect(exitCode).toBe(0);
        break;
      }
      expect(passed).not.toContain(step);
      passed.push(step);
    }
    expect(passed.length).toBeGreaterThan(30);
    expect([read("setting"), read("new"), has("old")]).toEqual(["second", "second", false]);
  });
});

/** From here on the run is good: it has no last good state but its own. */
const afterwards = /after end_undo|give_back|_restore|restore|forget|reload_pending \(2\)/;

/** The steps of a run that leads from the first plan to the second. */
function steps(): Step[] {
  run(first());
  const found = stepsOf(run(listingSteps(second())).stdout);
  run(second(), "remove");
  expect(found.length).toBeGreaterThan(30);
  return found;
}

const first = () => script("item thing setting first", "item thing old first");
const second = () => script("item thing setting second", "item thing new second");

function script(...items: string[]): string {
  return [
    `set -euo pipefail\nfolder=${folder} host=web1 address=192.0.2.21 role=director digest=any generation=0 format=1 settings=: globals=(host)`,
    `plan() {\n${items.join("\n")}\n}`,
    shellLibrary,
    `state=$folder/state`,
    thing,
    'main "$@" </dev/null\n',
  ].join("\n");
}

/** In a process group of its own, as sshd starts it: that is what a cut kills. */
function run(text: string, action = "converge") {
  const file = join(folder, "run.sh");
  writeFileSync(file, text);
  const { stdout, status, signal, stderr } = spawnSync("setsid", ["--wait", "bash", file, action], {
    encoding: "utf8",
  });
  return { stdout, stderr, exitCode: status, signal: status === 137 ? "SIGKILL" : signal };
}

const has = (name: string) => readdirSync(folder).includes(name);
const read = (name: string) => readFileSync(join(folder, name), "utf8").trim();
const write = (name: string, content: string) => writeFileSync(join(folder, name), `${content}\n`);
