import { rmSync, writeFileSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { isLab } from "../../scripts/stackVerb.ts";
import { SetupError } from "../../setup/rung.ts";
import { inCheckout } from "../fixtures.ts";

describe("a stack's settings file", () => {
  it.each([
    ["config:\n  pulumi-lvs:lab: {}\n", true],
    ["config:\n  pulumi-lvs:subnet: 192.0.2.0/24\n", false],
    ["", false],
  ])("%j has a lab: %s", (text, expected) => {
    expect(isLab(stackOf(text))).toBe(expected);
  });

  it("that is no YAML is refused with the place of the mistake", () => {
    const stack = stackOf("config:\n  a: [\n");
    expect(() => isLab(stack)).toThrow(SetupError);
    expect(() => isLab(stack)).toThrow(/Pulumi\.test-verb\.yaml: .* at line 3, column 1/);
  });

  it("that is missing is asked for", () => {
    expect(() => isLab("tset")).toThrow(/Pulumi\.tset\.yaml is missing .*examples\//);
  });
});

/** A stack of the checkout with this text as its settings. */
function stackOf(text: string): string {
  const path = inCheckout("Pulumi.test-verb.yaml");
  writeFileSync(path, text);
  onTestFinished(() => rmSync(path));
  return "test-verb";
}
