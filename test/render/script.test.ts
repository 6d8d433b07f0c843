import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { type HostPlan, type Item, itemWords } from "../../render/hostPlan.ts";
import { digestIn, digestOf, globals, renderLauncher, renderScript } from "../../render/script.ts";
import { shellLibrary } from "../../render/shellLibrary.ts";
import { shellWord } from "../../render/shellWord.ts";
import { hostileItem, hostileText } from "./hostileItems.ts";

const canary = mkdtempSync(join(tmpdir(), "pulumi-lvs-"));
afterAll(() => rmSync(canary, { recursive: true }));

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

  it("has every field of every item arrive in a variable of its name", () => {
    fc.assert(
      fc.property(fc.array(hostileItem, { minLength: 1, maxLength: 8 }), (items) => {
        const told = bash(`${dataOf({ ...planOf("1"), items })}
          item() {
            local word variable
            shift 2
            [ $# -eq 0 ] || local "$@"
            for word; do variable=\${word%%=*}; printf '%s\\0' "$variable" "\${!variable}"; done
          }
          plan`);
        expect(told).toEqual(items.flatMap(fieldsOf).flat());
      }),
    );
    expect(readdirSync(canary)).toEqual([]);
  });

  it("gives no field the name of what the shell of host/ has under it", () => {
    const names = fc
      .sample(hostileItem, 500)
      .flatMap(fieldsOf)
      .map(([name]) => name);
    const taken = ["kind", "id", "wanted", "found", "before", ...globals];
    expect([...new Set(names)].filter((name) => taken.includes(name))).toEqual([]);
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

function fieldsOf(item: Item): [name: string, value: string][] {
  const [, , ...fields] = itemWords(item);
  return fields.map((field) => {
    const end = field.indexOf("=");
    return [field.slice(0, end), field.slice(end + 1)];
  });
}

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
