/** Ends a test run with why tests were skipped, and one line that counts all: `N passed, N failed`, `, N skipped` if some were. */
import type { Reporter, TestModule, TestResult } from "vitest/node";

export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const results = tests.map((test) => test.result());
    const count = (state: TestResult["state"]) => results.filter((result) => result.state === state).length;
    // A file that cannot be loaded and an error outside of tests fail the run like a test does.
    const unloaded = modules.filter((module) => module.errors().length > 0).length;
    const failed = count("failed") + unloaded + errors.length;
    const skipped = count("skipped") > 0 ? `, ${count("skipped")} skipped` : "";
    const reasons = new Set(results.flatMap((result) => ("note" in result && result.note) || []));
    const lines = [
      ...[...reasons].map((reason) => `skipped: ${reason}`),
      `${count("passed")} passed, ${failed} failed${skipped}`,
    ];
    process.on("exit", () => process.stdout.write(`${lines.join("\n")}\n`));
  }
}
