/** How the units of a plan are read: all at once, from what systemd 252 of Debian 12 prints. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Item } from "../../render/hostPlan.ts";
import { planOf, Sandbox } from "./sandbox.ts";

const units: Item[] = [
  { kind: "unit", name: "apache2.service", enabled: true, active: true },
  { kind: "unit", name: "absent.service", enabled: false, active: undefined },
  { kind: "unit", name: "masked.service", enabled: true, active: undefined },
  { kind: "unit", name: "stopped.service", enabled: true, active: true },
];

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox(`
    systemctl() {
      echo "$*" >>"$folder/calls"
      case $* in
        "show -p LoadState,ActiveState apache2.service absent.service masked.service stopped.service")
          printf 'LoadState=%s\\nActiveState=%s\\n\\n' loaded active not-found inactive masked inactive loaded inactive ;;
        "is-enabled apache2.service masked.service stopped.service") printf '%s\\n' $answers; return 1 ;;
        is-enabled*) case $2 in apache2*) echo enabled ;; masked*) return 1 ;; *) echo enabled ;; esac ;;
      esac
    }`);
});
afterEach(() => sandbox.remove());

const differences = (answers: string) =>
  sandbox.bash(`answers="${answers}"\n${planOf(...units)}\ncompare\nshow_differences`);

it("takes two calls, one of which leaves out who is absent", () => {
  expect(differences("enabled masked enabled").trim().split(/\n */)).toEqual([
    "unit absent.service",
    "expected  disabled -",
    "found     absent -",
    "unit masked.service",
    "expected  enabled -",
    "found     masked -",
    "unit stopped.service",
    "expected  enabled active",
    "found     enabled inactive",
  ]);
  expect(sandbox.read("calls")?.trim().split("\n")).toHaveLength(2);
});

it("asks for each by itself where systemctl has no line for one that is there", () => {
  expect(differences("enabled enabled")).toContain("found     absent -\n  unit stopped.service");
});

describe("while a host is converged", () => {
  beforeEach(() => {
    sandbox.remove();
    sandbox = new Sandbox(`
      systemctl() {
        echo "$*" >>"$folder/calls"
        case $1 in
          show) shift 3; for _ in "$@"; do printf 'LoadState=loaded\\nActiveState=active\\n\\n'; done ;;
          is-enabled) shift; for _ in "$@"; do cat "$folder/enablement"; done ;;
          --quiet) echo enabled >"$folder/enablement" ;;
        esac
      }`);
    sandbox.write("enablement", "enabled\n");
  });

  const named = (...names: string[]): Item[] =>
    names.map((name) => ({ kind: "unit", name: `${name}.service`, enabled: true, active: undefined }));
  const calls = (...names: string[]) => {
    sandbox.write("calls", "");
    sandbox.converge(...named(...names));
    return sandbox.read("calls")?.trim().split("\n").length ?? 0;
  };

  it("units that are as planned are asked for once, however many they are", () => {
    expect(calls("one", "two", "three")).toBe(calls("one"));
  });

  it("units are asked for again once one of them has changed", () => {
    const unchanged = calls("one", "two");
    sandbox.write("enablement", "disabled\n");
    expect(calls("one", "two")).toBeGreaterThan(unchanged);
    expect(sandbox.read("calls")).toContain("--quiet --no-reload enable one.service");
  });

  it.each([
    ["apache2", "reload apache2.service"],
    ["ldirectord", "kill --kill-who=main --signal=HUP ldirectord.service"],
  ])("%s is told of a new file in its own way", (name, told) => {
    sandbox.write(`state/reload/${name}.service`, "");
    sandbox.converge({ kind: "unit", name: `${name}.service`, enabled: true, active: true });
    expect(sandbox.read("calls")?.split("\n")).toContain(told);
  });
});
