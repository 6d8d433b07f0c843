/** What becomes of a file that its program refuses, or that a failed run takes away again. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
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

describe("a file of a run that fails", () => {
  it("was there again before the unit that reads it is started again", () => {
    sandbox.write("etc/file", "theirs");
    sandbox.converge('record "unit any.service"', `file "${file}" 0644 ours any.service`, "broken any");
    expect(sandbox.read("verbs")).toMatch(/^start any.service theirs\n/);
  });

  it("is not touched, nor its unit reloaded, where it was not changed yet", () => {
    sandbox.write("etc/file", "yes\n");
    sandbox.converge(`file "${file}" 0644 $'no\\n' any.service sure`);
    expect(sandbox.read("verbs")).toBeUndefined();
  });
});
