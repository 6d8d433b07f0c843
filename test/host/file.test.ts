/** What becomes of a file that its program refuses, or that a failed run takes away again; and of one with secrets. */
import { spawnSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FileItem } from "../../render/hostPlan.ts";
import { planOf, Sandbox } from "./sandbox.ts";

/** `check_sure` refuses what says no; a unit is active, and notes each verb with what its file holds by then. */
const stubs = `
check_sure() { ! grep -qx no "$1" || { note "line 1: no"; return 1; }; }
broken_read() { wanted=1 found=0; }
broken_set() { fail "this item breaks"; }
systemctl() {
  case $1 in
    show) echo active ;;
    is-enabled) echo enabled ;;
    start | reload) echo "$1 $2 $(cat "$folder/etc/file")" >>"$folder/verbs" ;;
  esac
}`;

let sandbox: Sandbox;
let file: string;
beforeEach(() => {
  sandbox = new Sandbox(stubs);
  file = `${sandbox.folder}/etc/file`;
});
afterEach(() => sandbox.remove());

const holding = (content: string, rest: Partial<FileItem> = {}): FileItem => {
  return { kind: "file", path: file, mode: "0644", content, ...rest };
};
/** Judged by the test's own program. */
const judged = { check: "sure" as FileItem["check"] & string };

const rejected = () => sandbox.read(`state/rejected${file}`);

describe("a file that its program refuses", () => {
  it("leaves the old one in place, and is kept and named", () => {
    sandbox.write("etc/file", "yes\n");
    const said = sandbox.converge(holding("no\n", judged));
    expect(said).toContain("line 1: no");
    expect(said).toContain(`sure refuses the new ${file} (see above); the old one stays`);
    expect(said).toContain(`kept as ${sandbox.folder}/state/rejected${file}`);
    expect(sandbox.read("etc/file")).toBe("yes\n");
    expect(rejected()).toBe("no\n");
  });

  it("is refused for a line that its program only warns of, as ldirectord 4.12 and 4.16 do", () => {
    const warning = "Warning [12] reading file any at line 13: maintenance directory does not exist";
    const ldirectord = `ldirectord() { echo ${JSON.stringify(warning)} >&2; echo "ldirectord is stopped for any"; return 3; }`;
    const item = holding("maintenancedir = /nowhere\n", { check: "ldirectord" });
    const said = sandbox.bash(`${ldirectord}\n${planOf(item)}\nconverge`);
    expect(said).toContain(warning);
    expect(said).toContain(`ldirectord refuses the new ${file}`);
    expect(sandbox.bash(`ldirectord() { return 3; }\n${planOf(item)}\nconverge`)).toContain("converged any");
  });

  it("is no longer kept after the next good run", () => {
    sandbox.converge(holding("no\n", judged));
    expect(rejected()).toBe("no\n");
    sandbox.converge(holding("yes\n", judged));
    expect(sandbox.read("etc/file")).toBe("yes\n");
    expect(rejected()).toBeUndefined();
  });
});

describe("a file of a run that fails", () => {
  it("is kept and named when the old one is put back", () => {
    sandbox.converge(holding("first"));
    const said = sandbox.converge(holding("second"), "broken any");
    expect(said).toContain(`what was to be ${file} is kept as ${sandbox.folder}/state/rejected${file}`);
    expect(sandbox.read("etc/file")).toBe("first");
    expect(rejected()).toBe("second");
  });

  it("is all that a first run leaves behind", () => {
    sandbox.converge(holding("first"), "broken any");
    expect(sandbox.read("etc/file")).toBeUndefined();
    expect(rejected()).toBe("first");
    expect(sandbox.bash("ls $state").trim()).toBe("rejected");
    expect(sandbox.bash("stat -c %a $state").trim()).toBe("700");
  });

  it("is gone with all else once the host is removed", () => {
    sandbox.converge(holding("first"));
    sandbox.converge(holding("second"), "broken any");
    sandbox.bash("remove");
    expect(sandbox.bash("ls $folder")).not.toContain("state");
  });

  it("was there again before the unit that reads it is started again", () => {
    sandbox.write("etc/file", "theirs");
    const items = planOf("known any.service", holding("ours", { notify: "any.service" }), "broken any");
    sandbox.bash(`known_read() { wanted=kept found=\${known:-}; }
known_set() { remember unit "$1"; known=kept; }
${items}
converge`);
    expect(sandbox.read("verbs")).toMatch(/^start any.service theirs\n/);
  });

  it("is not touched, nor its unit reloaded, where it was not changed yet", () => {
    sandbox.write("etc/file", "yes\n");
    sandbox.converge(holding("no\n", { ...judged, notify: "any.service" }));
    expect(sandbox.read("verbs")).toBeUndefined();
  });
});

describe("a file with secrets", () => {
  const secret = (content: string, rest: Partial<FileItem> = {}) =>
    holding(content, { secrets: content.split("\n").filter(Boolean), ...rest });
  const modes = (where: string) =>
    sandbox
      .bash(`find $folder/${where} -type f -exec stat -c "%a %n" {} + | grep -v "/order$"`)
      .trim()
      .split("\n");

  /** Programs that write down how they are called, before those that they stand for. */
  const programs = [
    "chmod",
    "cmp",
    "cp",
    "find",
    "grep",
    "install",
    "mkdir",
    "mv",
    "rm",
    "rmdir",
    "stat",
    "sync",
  ];
  const noteArguments = () => {
    for (const program of programs) {
      const path = spawnSync("which", [program], { encoding: "utf8" }).stdout.trim();
      sandbox.write(
        `bin/${program}`,
        `#!/bin/bash\necho "${program} $*" >>${sandbox.folder}/arguments\nexec ${path} "$@"\n`,
      );
    }
    sandbox.bash("chmod 755 $folder/bin/*");
    return `PATH=$folder/bin:$PATH`;
  };

  it("is for root alone, from its first byte on, and so is every copy that is kept of it", () => {
    sandbox.write("etc/file", "hunter0\n");
    sandbox.bash("chmod 600 $folder/etc/file");
    sandbox.converge(secret("hunter1\n"));
    sandbox.write(`state/rejected${file}`, "of an earlier run");
    const said = sandbox.bash(
      `printf() {
        case \${2:-} in hunter*) stat -c "%a before its content" "$folder"/etc/file.* >&2 ;; esac
        builtin printf "$@"
      }
      broken_set() {
        find "$state" -path "*/undo/*content" -exec stat -c "%a kept for undo" {} + >&2
        fail "this item breaks"
      }
      ${planOf(secret("hunter2\n"), "broken any")}
      converge`,
    );
    expect(said).toContain("600 before its content\n");
    expect(said).toContain("600 kept for undo\n");
    expect(modes("state/before")).toEqual([expect.stringMatching(/^600 .*content$/)]);
    expect(modes("state/rejected")).toEqual([`600 ${sandbox.folder}/state/rejected${file}`]);
    expect(rejected()).toBe("hunter2\n");
    expect(modes("etc")).toEqual([`600 ${file}`]);
  });

  it("is named in messages and arguments, and its content is in none", () => {
    const said = [
      secret("hunter1\n"),
      secret("hunter2\nno\n", { check: judged.check }),
      secret("hunter3\n"),
    ].map((item) =>
      sandbox.bash(
        `${noteArguments()}\ncheck_sure() { ! grep -qx no "$1" || { note "line 1: $(<"$1")"; return 1; }; }\n${planOf(item)}\nconverge`,
      ),
    );
    expect(said[1]).toContain(`what sure says of it is kept as ${sandbox.folder}/state/rejected${file}.said`);
    expect(said[1]).toContain(`sure refuses the new ${file}`);
    expect(said.join("")).not.toContain("hunter");
    expect(sandbox.read("arguments")).toContain("chmod 0600");
    expect(sandbox.read("arguments")).not.toContain("hunter");
  });

  it("has what its program says of it kept for root, until the next good run", () => {
    const item = (content: string) => secret(content, { check: judged.check });
    sandbox.bash(`${planOf(item("no\n"))}\nconverge`);
    expect(sandbox.read(`state/rejected${file}.said`)).toBe("line 1: no\n");
    expect(modes("state/rejected").map((line) => line.split(" ")[0])).toEqual(["600", "600"]);
    sandbox.converge(item("yes\n"));
    expect(sandbox.read(`state/rejected${file}.said`)).toBeUndefined();
  });

  it("differs where another secret is planned, in words that do not blame anybody", () => {
    sandbox.converge(secret("hunter1\n"));
    expect(sandbox.bash(`${planOf(secret("hunter2\n"))}\ncompare; show_differences`)).toContain(
      "found     other content, or another secret",
    );
  });

  it("is what it was for others, once it has none", () => {
    sandbox.converge(secret("hunter1\n"));
    sandbox.converge(holding("plain\n"));
    expect(modes("etc")).toEqual([`644 ${file}`]);
  });
});
