/** The service of a probe as the host's shell and the health check's Perl see it, with tables of the test's. */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { inCheckout } from "../fixtures.ts";
import { planOf, Sandbox } from "./sandbox.ts";

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

const sandbox = new Sandbox();
afterAll(() => sandbox.remove());

/** What the host's shell makes of its item while the kernel has these rules, as ipvsadm prints them. */
function inShell(program: string, ...rules: readonly string[]): string {
  sandbox.balance(...rules);
  return sandbox.bash(`${planOf({ kind: "probe", address: "192.0.2.21" })}\nmode=verify\n${program}`);
}

function inPerl(program: string, ...args: string[]): string {
  const text = `require "${inCheckout("host/check.pl")}"; $PulumiLvs::table = "${table}"; ${program}`;
  return execFileSync("perl", ["-e", text, ...args], { encoding: "utf8", env });
}

const held = ["-A -f 1073742357 -s rr", "-a -f 1073742357 -r 192.0.2.21:0 -g -w 1 # 0 3930"] as const;
const others = ["-A -f 1073742358 -s rr", "-a -f 1073742358 -r 192.0.2.22:0 -g -w 1"] as const;
const mark = "mark 1073742357";

describe("a probe", () => {
  it.each<[string, string, readonly string[], string]>([
    ["is there", head + probe + other, [...held, ...others], "reaches 192.0.2.21 alone"],
    ["is the last one", head + other + probe, [...others, ...held], "reaches 192.0.2.21 alone"],
    ["is missing", head + other, others, "absent"],
    [
      "has no real server",
      `${head}${probe.split("\n")[0]}\n${other}`,
      [held[0], ...others],
      `${mark} scheduler rr`,
    ],
    [
      "has another one",
      head + probe.replace("215:", "216:"),
      [held[0], held[1].replace(".21:", ".22:")],
      `${mark} scheduler rr; ${mark} to 192.0.2.22:0 dr weight 1`,
    ],
    [
      "has a second one",
      head + probe + intruder,
      [...held, held[1].replace(".21:", ".22:")],
      `${mark} scheduler rr; ${mark} to 192.0.2.21:0 dr weight 1; ${mark} to 192.0.2.22:0 dr weight 1`,
    ],
    [
      "gives its real server nothing",
      head + probe.replace("  1  ", "  0  "),
      [held[0], held[1].replace("-w 1", "-w 0")],
      `${mark} scheduler rr; ${mark} to 192.0.2.21:0 dr weight 0`,
    ],
    [
      "is scheduled otherwise",
      head + probe.replace("rr", "wrr"),
      [held[0].replace("rr", "wrr"), held[1]],
      `${mark} scheduler wrr; ${mark} to 192.0.2.21:0 dr weight 1`,
    ],
  ])("that %s is judged alike by shell and Perl", (_, kernel, rules, found) => {
    expect(inShell('probe_read 192.0.2.21; printf %s "$found"', ...rules)).toBe(found);
    writeFileSync(table, kernel);
    const isHeld = found === "reaches 192.0.2.21 alone";
    expect(inPerl('print PulumiLvs::held_probes()->{"192.0.2.21"} ? "held" : "not held"')).toBe(
      isHeld ? "held" : "not held",
    );
  });

  it("is absent where the kernel has no table", () => {
    rmSync(table, { force: true });
    expect(inShell('probe_read 192.0.2.21; printf %s "$found"')).toBe("absent");
    expect(inPerl('print PulumiLvs::held_probes()->{"192.0.2.21"} ? "held" : "not held"')).toBe("not held");
  });

  it("has the same mark for both, one that ipvsadm prints as a positive number", () => {
    fc.assert(
      fc.property(fc.array(fc.ipV4(), { minLength: 50, maxLength: 50 }), (addresses) => {
        const ofShell = sandbox.bash(
          `for at in ${addresses.join(" ")}; do probe_of "$at"; echo "$mark"; done`,
        );
        const ofPerl = inPerl('print PulumiLvs::mark($_), "\\n" for @ARGV', ...addresses);
        expect(ofShell).toBe(ofPerl);
        expect(Math.max(...ofShell.trim().split("\n").map(Number))).toBeLessThan(2 ** 31);
      }),
      { numRuns: 3, endOnFailure: true },
    );
  });
});

describe("a probe that the host's shell makes", () => {
  const made = ["-A -f 1073742357 -s rr", "-a -f 1073742357 -r 192.0.2.21:0 -g -w 1"];
  const told = () => {
    const lines = sandbox.read("done")?.trim().split("\n") ?? [];
    return lines.map((line) => line.replace("ipvsadm ", ""));
  };
  const set = 'probe_read 192.0.2.21; probe_set 192.0.2.21; probe_read 192.0.2.21; echo "$found"';
  beforeEach(() => rmSync(join(sandbox.folder, "done"), { force: true }));

  it("is made where it is missing, with all others that are missing too", () => {
    const two = planOf({ kind: "probe", address: "192.0.2.22" }, { kind: "probe", address: "192.0.2.21" });
    expect(inShell(`${two}\n${set}`, "-A -t 192.0.2.100:80 -s wrr")).toBe("reaches 192.0.2.21 alone\n");
    expect(told()).toEqual([
      ...made,
      ...made.map((rule) => rule.replace("357", "358").replace(".21:", ".22:")),
    ]);
  });

  it("is put right where it leads elsewhere", () => {
    expect(inShell(set, ...held, held[1].replace(".21:", ".22:"))).toBe("reaches 192.0.2.21 alone\n");
    expect(told()).toEqual(["-d -f 1073742357 -r 192.0.2.22:0"]);
  });

  it("goes where it is no longer planned, and only then", () => {
    inShell(
      "probe_restore_all before/'probe 192.0.2.21'; probe_restore_all before/'probe 192.0.2.21'",
      ...held,
      ...others,
    );
    expect(told()).toEqual(["-D -f 1073742357"]);
  });
});

describe("a probe that a health check makes", () => {
  const made = ["-A -f 1073742357 -s rr", "-a -f 1073742357 -r 192.0.2.21 -g"];
  const make = () => inPerl('PulumiLvs::hold_probes("192.0.2.21")');

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
  expect(inPerl('eval { PulumiLvs::hold_probes("192.0.2.21") }; print $@')).toBe(
    "ipvsadm cannot make its probe\n",
  );
});
