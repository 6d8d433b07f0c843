import { stripVTControlCharacters } from "node:util";
import { expect, it } from "vitest";
import { Results, tools } from "../../bench/results.ts";
import { showResults } from "../../bench/table.ts";

function shown(): string {
  const results = new Results();
  results.add("First converge", tools.ours, { seconds: 6.5, peakMemoryMebibytes: 410.4 });
  results.add("First converge", tools.pyinfra, { seconds: 13, peakMemoryMebibytes: 62.6 });
  const change = { seconds: 3, effectiveSeconds: 2.25, peakMemoryMebibytes: 400 };
  results.add("One weight changed", tools.ours, change);
  const aims = [
    { name: "first converge ÷ pyinfra", limit: 0.8, value: 0.5, unit: "ratio", met: true } as const,
    { name: "nothing to do − empty up", limit: 0.5, value: 1.25, unit: "seconds", met: false } as const,
  ];
  return stripVTControlCharacters(showResults(results.scenarios(), aims));
}

it("shows a table per scenario with our ratio to each tool, then the aims", () => {
  expect(shown().split("\n")).toEqual([
    "First converge",
    "TOOL        SECONDS  OURS ÷ IT  MEMORY MIB",
    "pulumi-lvs     6.50                    410",
    "pyinfra       13.00       0.50          63",
    "",
    "One weight changed",
    "TOOL        SECONDS  IN KERNEL  OURS ÷ IT  MEMORY MIB",
    "pulumi-lvs     3.00       2.25                    400",
    "",
    "Aims",
    "WHAT                      MEASURED      AIM",
    "first converge ÷ pyinfra      0.50    ≤ 0.8     met",
    "nothing to do − empty up    1.25 s  ≤ 0.5 s  missed",
  ]);
});
