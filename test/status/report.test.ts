import { describe, expect, it } from "vitest";
import { digestIn, format, formatIn, renderLauncher } from "../../render/script.ts";
import { requireFormat } from "../../status/report.ts";

const launcher = renderLauncher(
  { host: "web1", address: "192.0.2.21", role: "realServer", items: [] },
  "a.1",
);

describe("the format of a stack", () => {
  it("is in what the stack keeps of each host, and 0 where it is older than formats", () => {
    expect(digestIn(launcher)).toMatch(/^[0-9a-f]{16}$/);
    expect(formatIn(launcher)).toBe(format);
    expect(formatIn(launcher.replace(/^# format .*\n/m, ""))).toBe(0);
  });

  it("is required to be this version's", () => {
    expect(() => requireFormat("prod", format)).not.toThrow();
    expect(() => requireFormat("prod", 0)).toThrow(
      `an older version of pulumi-lvs has brought stack prod up (it keeps format 0, this version ${format}); \`npm run up -- --stack prod\` upgrades its hosts, or says what to do`,
    );
    expect(() => requireFormat("prod", 99)).toThrow(
      `a newer version of pulumi-lvs has brought stack prod up (it keeps format 99, this version ${format}); use that version`,
    );
  });
});
