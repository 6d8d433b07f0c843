import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { type HostPlan, type Item, itemWords } from "../../render/hostPlan.ts";
import { renderScript, shellWord } from "../../render/script.ts";
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
      role: fc.constant("director" as const),
      items: fc.array(hostileItem, { minLength: 1, maxLength: 8 }),
    });
    fc.assert(
      fc.property(plans, (plan) => {
        const told = bash(`${dataOf(plan)}
          item() { printf '%s\\0' "$#" "$@"; }
          printf '%s\\0' "$host"
          plan`);
        const words = plan.items.map(itemWords).flatMap((all) => [String(all.length), ...all]);
        expect(told).toEqual([plan.host, ...words]);
      }),
    );
    expect(readdirSync(canary)).toEqual([]);
  });

  it("is the same for the same plan", () => {
    expect(renderScript(planOf("1"))).toBe(renderScript(planOf("1")));
  });

  it.each([
    ["plan", renderScript(planOf("2"))],
    ["machine", renderScript(planOf("1"), "another")],
  ])("has another digest for another %s", (_, other) => {
    expect(digestOf(other)).not.toBe(digestOf(renderScript(planOf("1"))));
  });

  it("differs in nothing but its digest for another machine", () => {
    const scripts = ["", "another"].map((machine) => renderScript(planOf("1"), machine));
    expect(scripts[1]?.replace(digestOf(scripts[1]), "")).toBe(scripts[0]?.replace(digestOf(scripts[0]), ""));
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
  return { host: "web1", role: "realServer", items: [{ kind: "sysctl", key: "net.ipv4.ip_forward", value }] };
}

function digestOf(script: string | undefined): string {
  return /^digest=([0-9a-f]{16})$/m.exec(script ?? "")?.[1] ?? "no digest";
}
