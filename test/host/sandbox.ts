/** A folder that stands in for a host: the shell of `host/` runs in it, with stubs for what it must not touch. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { format, globals } from "../../render/script.ts";
import { shellLibrary } from "../../render/shellLibrary.ts";

export class Sandbox {
  readonly folder = mkdtempSync(join(tmpdir(), "pulumi-lvs-"));
  readonly #stubs: string;

  /** `stubs` are shell functions that take the place of programs; `$folder` is this folder. */
  constructor(stubs = "") {
    this.#stubs = stubs;
  }

  /** What a converge with these items, each `KIND ID [WANTED…]` in shell words, prints, errors included. */
  converge(...items: readonly string[]): string {
    const plan = items.map((words) => `item ${words}`).join("\n");
    return this.bash(`plan() {\n:\n${plan}\n}\nconverge`);
  }

  /** What the commands print, errors included. */
  bash(commands: string): string {
    const script = [
      "set -euo pipefail",
      `folder=${this.folder} host=web1 address=192.0.2.21 role=director digest=any generation=0 format=${format} settings=: globals=(${globals.join(" ")})`,
      shellLibrary,
      "state=$folder/state laid_scripts=$folder/laid",
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
