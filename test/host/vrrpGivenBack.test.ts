/** What keepalived has left in the kernel's rules goes when a host is given back, however fast keepalived was at first. */
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Sandbox } from "./sandbox.ts";

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox("vrrp_program=$folder/bin/vrrp vrrp_record=$folder/role");
  sandbox.write("bin/vrrp", '#!/bin/sh\necho "$*" >>"$(dirname "$0")/../told"\n');
  chmodSync(join(sandbox.folder, "bin/vrrp"), 0o755);
});
afterEach(() => sandbox.remove());

it("where it held the VIPs before it was looked at", () => {
  sandbox.write("role", "MASTER 0\n");
  const vrrp = { kind: "vrrp", instance: "vips", advertises: "any" } as const;
  expect(sandbox.converge({ kind: "record", of: "vrrp", id: "vips" }, vrrp)).toContain("converged");
  expect(sandbox.read("told")).toBeUndefined();
  expect(sandbox.bash("remove")).toContain("vrrp vips: given back");
  expect(sandbox.read("told")).toBe("unmute\n");
  expect(sandbox.read("role")).toBeUndefined();
});
