import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { shellLibrary } from "../../render/shellLibrary.ts";

/** A kind of item whose state is a file's content; `stuck` cannot be set, `never` is not what comes out, `lost` is not given back. */
const things = ["thing", "vip"]
  .map(
    (kind) => `
${kind}_read() { wanted=$2 found=absent; [ ! -e "$folder/$1" ] || found=$(<"$folder/$1"); }
${kind}_set() { [ "$2" != stuck ] && sed s/never/else/ <<<"$2" >"$folder/$1"; }
${kind}_save() { echo "$found" >"$2/content"; }
${kind}_restore() { [ -z "$(grep -sx lost "$folder/$1")" ]; cp "$2/content" "$folder/$1"; }`,
  )
  .join("\n");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pulumi-lvs-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("a run", () => {
  it("gives VIPs back before anything that was noted after them", () => {
    run("converge", "web1", "item vip address on", "item thing silence 1");
    expect(run("remove", "web1")).toMatch(/vip address: given back\n.*thing silence: given back/);
  });

  it("that fails puts back what was, and forgets what it was the first to touch", () => {
    write("setting", "theirs");
    expect(run("converge", "web1", "item thing setting ours", "item thing other stuck")).toContain(
      "thing setting: put back as it was",
    );
    expect(read("setting")).toBe("theirs");
    expect(() => read("state/before/order")).toThrow("ENOENT");
  });

  it("that cannot put something back says so and keeps what it was", () => {
    write("setting", "theirs");
    expect(run("converge", "web1", "item thing setting lost", "item thing other stuck")).toContain(
      "thing setting: cannot be put back as it was",
    );
    expect(read("state/before/thing setting/content")).toBe("theirs");
  });

  it("that fails gives nothing back that its plan no longer names", () => {
    run("converge", "web1", "item vip second on");
    expect(run("converge", "web1", "item thing other never")).toContain("is not as planned after converging");
    expect(read("second")).toBe("on");
    expect(run("remove", "web1")).toContain("vip second: given back");
  });

  it("keeps what a real server no longer holds until it is told to give it back", () => {
    run("converge", "web1", "item thing first on", "item thing second on");
    expect(run("converge", "web1", "item thing first on")).toContain(
      "stays until the directors have stopped sending",
    );
    expect(read("second")).toBe("on");
    expect(run("read_host", "web1", "item thing first on")).toContain(
      "difference\tthing second\tgiven back\tstill held",
    );
    expect(run("compare; release", "web1", "item thing first on")).toContain("thing second: given back");
    expect(read("second")).toBe("absent");
    expect(run("read_host", "web1", "item thing first on")).toBe("held\tany\t0\n");
  });

  it("leaves a host alone that is held under another name by now", () => {
    run("converge", "web1", "item thing setting ours");
    run("converge", "www1", "item thing setting ours");
    expect(run("remove", "web1")).toContain(
      "web1: left as it is: it is held as realServer www1 192.0.2.21 now",
    );
    expect(read("setting")).toBe("ours");
    run("remove", "www1");
    expect(read("setting")).toBe("absent");
  });
});

function run(
  action: "converge" | "remove" | "compare; release" | "read_host",
  host: string,
  ...items: string[]
): string {
  return bash(
    `host=${host} address=192.0.2.21 role=realServer digest=any generation=0 format=1 settings=: globals=(host)\nplan() {\n:\n${items.join("\n")}\n}\n${action}`,
  );
}

/** What the commands print, errors included. */
function bash(commands: string): string {
  const script = `set -euo pipefail\nfolder=${folder}\n${shellLibrary}\n${things}\nstate=$folder/state\n${commands}`;
  const { stdout, stderr } = spawnSync("bash", ["-s"], { input: script, encoding: "utf8" });
  return stdout + stderr;
}

function read(name: string): string {
  return readFileSync(join(folder, name), "utf8").trim();
}

function write(name: string, content: string): void {
  writeFileSync(join(folder, name), `${content}\n`);
}
