/** How the units of a plan are read: all at once, from what systemd 252 of Debian 12 prints. */
import { afterEach, beforeEach, expect, it } from "vitest";
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
