/** A folder that stands in for a host: the shell of `host/` runs in it, with stubs for what it must not touch. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Item, itemWords } from "../../render/hostPlan.ts";
import { format, globals } from "../../render/script.ts";
import { shellLibrary } from "../../render/shellLibrary.ts";
import { shellWord } from "../../render/shellWord.ts";
import { inCheckout } from "../fixtures.ts";

/** The plan of a host's script. */
export function planOf(...items: readonly (Item | string)[]): string {
  const lines = items.map((item) =>
    typeof item === "string" ? item : itemWords(item).map(shellWord).join(" "),
  );
  return `plan() {\n:\n${lines.map((words) => `item ${words}`).join("\n")}\n}`;
}

export class Sandbox {
  readonly folder = mkdtempSync(join(tmpdir(), "pulumi-lvs-"));
  readonly #stubs: string;

  /** `stubs` are shell functions that take the place of programs; `$folder` is this folder. */
  constructor(stubs = "") {
    this.#stubs = stubs;
    const ipvsadm = inCheckout("test/host/ipvsadm.pl");
    this.write("bin/ipvsadm", `#!/bin/sh\nexec perl ${ipvsadm} ${this.folder} "$@"\n`);
    chmodSync(join(this.folder, "bin/ipvsadm"), 0o755);
  }

  /** Has the kernel balance by these rules, as test/host/ipvsadm.pl keeps them. */
  balance(...rules: readonly string[]): void {
    this.write("table", `${rules.join("\n")}\n`);
  }

  /** What a converge with these items prints, errors included. A text is an item of the test's own kind, in shell words. */
  converge(...items: readonly (Item | string)[]): string {
    return this.bash(`${planOf(...items)}\nconverge`);
  }

  /** What the commands print, errors included. */
  bash(commands: string): string {
    const script = [
      "set -euo pipefail",
      `folder=${this.folder} host=web1 address=192.0.2.21 role=director digest=any generation=0 format=${format} settings=: globals=(${globals.join(" ")})`,
      shellLibrary,
      "state=$folder/state laid_scripts=$folder/laid PATH=$folder/bin:$PATH",
      this.#stubs,
      commands,
    ].join("\n");
    const { stdout, stderr } = spawnSync("bash", ["-s"], { input: script, encoding: "utf8" });
    return stdout + stderr;
  }

  /** Content of a file; undefined where there is none. */
  read(name: string): string | undefined {
    const path = join(this.folder, name);
    return existsSync(path) ? readFileSync(path, "utf8") : undefined;
  }

  write(name: string, content: string): void {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
