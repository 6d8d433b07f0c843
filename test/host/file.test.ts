/** What becomes of a file that its program refuses, or that a failed run takes away again. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FileItem } from "../../render/hostPlan.ts";
import { Sandbox } from "./sandbox.ts";

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
    sandbox.converge('record "unit any.service"', holding("ours", { notify: "any.service" }), "broken any");
    expect(sandbox.read("verbs")).toMatch(/^start any.service theirs\n/);
  });

  it("is not touched, nor its unit reloaded, where it was not changed yet", () => {
    sandbox.write("etc/file", "yes\n");
    sandbox.converge(holding("no\n", { ...judged, notify: "any.service" }));
    expect(sandbox.read("verbs")).toBeUndefined();
  });
});
