import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { type HostPlan, type Item, itemWords } from "../../render/hostPlan.ts";
import { digestIn, digestOf, renderLauncher, renderScript, shellWord } from "../../render/script.ts";
import { shellLibrary } from "../../render/shellLibrary.ts";

const canary = mkdtempSync(join(tmpdir(), "pulumi-lvs-"));
afterAll(() => rmSync(canary, { recursive: true }));

/** Texts that a shell could take for more than text; those that run something leave a file behind. */
const hostileText = fc.oneof(
  fc.constantFrom(
    "$(touch canary)",
    "`touch canary`",
    "'; touch canary; '",
    '"; touch canary; "',
    "\n}\ntouch canary\nplan() {\n",
    "$((touch canary))",
    "<(touch canary)",
    "-n",
    "--",
    "-e \\x41",
    "*",
    "~",
    "{a,b}",
    "!!",
    "\\",
    "\\'",
    "'",
    "''",
    "\r\n",
    "$HOME",
    "é ☃ 𝄞",
    "",
  ),
  fc.string({ unit: fc.constantFrom(..."'\"`$\\!*?~{}[]()<>|&;#%-= \t\n\rab") }),
  fc.string({ unit: "binary" }).filter((text) => !text.includes("\0")),
);

const hostileItem: fc.Arbitrary<Item> = fc.oneof(
  fc.record({
    kind: fc.constant("file" as const),
    path: hostileText,
    mode: fc.constantFrom("0644" as const, "0755" as const),
    content: hostileText,
    notify: hostileText,
  }),
  fc.record({ kind: fc.constant("sysctl" as const), key: hostileText, value: hostileText }),
  fc.record({
    kind: fc.constant("packages" as const),
    names: fc.array(hostileText),
    units: fc.array(hostileText),
  }),
  fc.record({
    kind: fc.constant("service" as const),
    key: hostileText,
    rules: fc.array(hostileText),
    settleSeconds: fc.nat(),
    whenDown: fc.constantFrom("removed" as const, "quiesced" as const),
    repair: hostileText,
    log: hostileText,
    check: hostileText,
    fallback: hostileText,
  }),
);

describe("shellWord", () => {
  it("is one word of bash that means the text, whatever the text", () => {
    fc.assert(
      fc.property(fc.array(hostileText, { minLength: 1, maxLength: 30 }), (texts) => {
        expect(bash(`printf '%s\\0' ${texts.map(shellWord).join(" ")}`)).toEqual(texts);
      }),
    );
    expect(readdirSync(canary)).toEqual([]);
  });

  it("refuses a NUL character, which no shell can hold", () => {
    expect(() => shellWord("a\0b")).toThrow("a NUL character cannot be passed to a shell");
  });
});

describe("the script of a host", () => {
  it("hands every word of every item to the shell unchanged, and runs none of them", () => {
    const plans = fc.record({
      host: hostileText,
      address: hostileText,
      role: fc.constant("director" as const),
      items: fc.array(hostileItem, { minLength: 1, maxLength: 8 }),
    });
    fc.assert(
      fc.property(plans, (plan) => {
        const told = bash(`${dataOf(plan)}
          item() { printf '%s\\0' "$#" "$@"; }
          printf '%s\\0' "$host" "$address"
          plan`);
        const words = plan.items.map(itemWords).flatMap((all) => [String(all.length), ...all]);
        expect(told).toEqual([plan.host, plan.address, ...words]);
      }),
    );
    expect(readdirSync(canary)).toEqual([]);
  });

  it("is the same for the same plan", () => {
    expect(renderScript(planOf("1"))).toBe(renderScript(planOf("1")));
  });

  it("carries the digest of its plan, which another plan does not have", () => {
    expect(digestIn(renderScript(planOf("1")))).toBe(digestOf(planOf("1")));
    expect(digestOf(planOf("2"))).not.toBe(digestOf(planOf("1")));
  });
});

describe("what launches the script of a host", () => {
  it("differs in nothing but the generation for another one", () => {
    const launchers = ["a.0", "a.1"].map((generation) => renderLauncher(planOf("1"), generation));
    expect(launchers[1]).toBe(launchers[0]?.replace("generation='a.0'", "generation='a.1'"));
    expect(launchers[1]).not.toBe(launchers[0]);
  });

  it("carries the digest of the plan, and names its host whatever the name", () => {
    expect(digestIn(renderLauncher(planOf("1"), "a.0"))).toBe(digestOf(planOf("1")));
    fc.assert(
      fc.property(hostileText, hostileText, (host, address) => {
        const launcher = renderLauncher({ ...planOf("1"), host, address }, "a.0");
        const head = launcher.slice(launcher.indexOf("set -euo pipefail"), launcher.indexOf("\nlaunch() {"));
        expect(bash(`${head}\nprintf '%s\\0' "$host" "$holder"`)).toEqual([
          host,
          `realServer ${host} ${address}`,
        ]);
      }),
    );
    expect(readdirSync(canary)).toEqual([]);
  });

  it("is small: the engine writes all of them at every step", () => {
    expect(renderLauncher(planOf("1"), "a.0").length).toBeLessThan(2000);
  });
});

/** What bash prints for a script on its stdin, split at NUL. */
function bash(input: string): string[] {
  const env = { PATH: process.env.PATH, HOME: canary };
  const printed = execFileSync("bash", ["-s"], { input, cwd: canary, env, encoding: "utf8" });
  return printed.split("\0").slice(0, -1);
}

/** The part of a script that holds the plan. */
function dataOf(plan: HostPlan): string {
  const script = renderScript(plan);
  return script.slice(script.indexOf("set -euo pipefail"), script.indexOf(shellLibrary));
}

function planOf(value: string): HostPlan {
  const items = [{ kind: "sysctl", key: "net.ipv4.ip_forward", value }] as const;
  return { host: "web1", address: "192.0.2.21", role: "realServer", items };
}
