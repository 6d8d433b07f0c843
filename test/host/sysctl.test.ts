/** When a failed run puts a kernel setting back. */
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Item } from "../../render/hostPlan.ts";
import { Sandbox } from "./sandbox.ts";

/** The kernel's settings are files of the sandbox; `broken` fails every run that has it in its plan. */
const stubs = `
sysctl_read() { local "\${@:2}"; wanted=$value found=absent; [ ! -e "$folder/$1" ] || found=$(<"$folder/$1"); }
sysctl_set() { local "\${@:2}"; printf '%s' "$value" >"$folder/$1"; }
sysctl_restore() { sysctl_set "$1" "value=$(<"$2/value")"; }
broken_read() { wanted=1 found=0; }
broken_set() { fail "this item breaks"; }`;

const silence: Item = { kind: "sysctl", key: "arp_ignore", value: "1" };

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox(stubs);
  sandbox.write("arp_ignore", "0");
});
afterEach(() => sandbox.remove());

it("is put back by the first run, as nothing of ours needs it then", () => {
  sandbox.converge(silence, "broken any");
  expect(sandbox.read("arp_ignore")).toBe("0");
});

it("stays repaired when a later run fails: its drift is never put back", () => {
  sandbox.converge(silence);
  sandbox.write("arp_ignore", "0");
  expect(sandbox.converge(silence, "broken any")).toContain("web1: sysctl arp_ignore: 0 -> 1");
  expect(sandbox.read("arp_ignore")).toBe("1");
});

it("is given back as it was before us, whatever it was in between", () => {
  sandbox.converge(silence);
  sandbox.write("arp_ignore", "2");
  sandbox.converge(silence);
  sandbox.bash("remove");
  expect(sandbox.read("arp_ignore")).toBe("0");
});
