/** The service of a probe as the host's shell and the health check's Perl see it, with a table and an ipvsadm of the test's. */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { inCheckout } from "../fixtures.ts";

const folder = mkdtempSync(join(tmpdir(), "pulumi-lvs-probe-"));
const table = join(folder, "ip_vs");
afterAll(() => rmSync(folder, { recursive: true }));

/** What Linux 6.1 prints. */
const head = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
TCP  C0000264:0050 wrr  
  -> C0000216:0050      Route   2      0          8         
  -> C0000215:0050      Route   1      3          4         
`;
const probe = `FWM  40000215 rr 
  -> C0000215:0000      Route   1      0          3930      
`;
const other = `FWM  40000216 rr 
  -> C0000216:0000      Route   1      0          12        
`;
const intruder = "  -> C0000216:0000      Route   1      0          0         \n";

/** An ipvsadm that writes down how it was called, and what the kernel would have then where all is told. */
beforeEach(() => {
  const calls = join(folder, "calls");
  rmSync(calls, { force: true });
  const program = `#!/bin/sh
    echo "$*" >>'${calls}'
    [ "$*" != '-a -f 1073742357 -r 192.0.2.21 -g' ] || printf '%s' '${head}${probe}' >'${table}'`;
  writeFileSync(join(folder, "ipvsadm"), program);
  chmodSync(join(folder, "ipvsadm"), 0o755);
});

const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
const ipvsadmCalls = () => readFileSync(join(folder, "calls"), "utf8").trimEnd().split("\n");

function inShell(program: string, ...args: string[]): string {
  const library = inCheckout("host/items/probe.sh");
  const text = `. "$1"; probe_table='${table}'; shift; fail() { echo "failed: $*"; exit 0; }; ${program}`;
  return execFileSync("bash", ["-euo", "pipefail", "-c", text, "-", library, ...args], {
    encoding: "utf8",
    env,
  });
}

function inPerl(program: string, ...args: string[]): string {
  const text = `require "${inCheckout("host/check.pl")}"; $PulumiLvs::table = "${table}"; ${program}`;
  return execFileSync("perl", ["-e", text, ...args], { encoding: "utf8", env });
}

describe("a probe", () => {
  it.each([
    ["is there", head + probe + other, "reaches 192.0.2.21 alone"],
    ["is the last one", head + other + probe, "reaches 192.0.2.21 alone"],
    ["is missing", head + other, "absent"],
    ["has no real server", `${head}${probe.split("\n")[0]}\n${other}`, "rr"],
    ["has another one", head + probe.replace("215:", "216:"), "rr -> C0000216:0000 Route 1"],
    [
      "has a second one",
      head + probe + intruder,
      `rr -> C0000215:0000 Route 1${intruder.trim().replace(/ +/g, " ")}`,
    ],
    ["gives its real server nothing", head + probe.replace("  1  ", "  0  "), "rr -> C0000215:0000 Route 0"],
    ["is scheduled otherwise", head + probe.replace("rr", "wrr"), "wrr -> C0000215:0000 Route 1"],
  ])("that %s is read alike by shell and Perl", (_, kernel, found) => {
    writeFileSync(table, kernel);
    expect(inShell('probe_read 192.0.2.21; printf %s "$found"')).toBe(found);
    const isHeld = found === "reaches 192.0.2.21 alone";
    expect(inPerl('print PulumiLvs::is_held("192.0.2.21") ? "held" : "not held"')).toBe(
      isHeld ? "held" : "not held",
    );
  });

  it("is absent where the kernel has no table", () => {
    rmSync(table, { force: true });
    expect(inShell('probe_read 192.0.2.21; printf %s "$found"')).toBe("absent");
    expect(inPerl('print PulumiLvs::is_held("192.0.2.21") ? "held" : "not held"')).toBe("not held");
  });

  it("has the same mark for both, one that ipvsadm prints as a positive number", () => {
    fc.assert(
      fc.property(fc.array(fc.ipV4(), { minLength: 50, maxLength: 50 }), (addresses) => {
        const ofShell = inShell('for at in "$@"; do probe_of "$at"; echo "$mark"; done', ...addresses);
        const ofPerl = inPerl('print PulumiLvs::mark($_), "\\n" for @ARGV', ...addresses);
        expect(ofShell).toBe(ofPerl);
        expect(Math.max(...ofShell.trim().split("\n").map(Number))).toBeLessThan(2 ** 31);
      }),
      { numRuns: 3, endOnFailure: true },
    );
  });
});

describe.each([
  ["the host's shell", () => inShell("probe_read 192.0.2.21; probe_set 192.0.2.21")],
  ["a health check", () => inPerl('PulumiLvs::hold_probe("192.0.2.21")')],
])("a probe that %s makes", (_, make) => {
  const made = ["-A -f 1073742357 -s rr", "-a -f 1073742357 -r 192.0.2.21 -g"];

  it("is made where it is missing", () => {
    writeFileSync(table, head + other);
    make();
    expect(ipvsadmCalls().filter((call) => !call.startsWith("-D"))).toEqual(made);
  });

  it("is made anew where it leads elsewhere", () => {
    writeFileSync(table, head + probe + intruder);
    make();
    expect(ipvsadmCalls()).toEqual(["-D -f 1073742357", ...made]);
  });
});

it("a health check that cannot have its probe says so, and asks nobody", () => {
  writeFileSync(table, head);
  writeFileSync(join(folder, "ipvsadm"), "#!/bin/sh\nexit 1");
  expect(inPerl('eval { PulumiLvs::hold_probe("192.0.2.21") }; print $@')).toBe(
    "ipvsadm cannot make its probe\n",
  );
});
