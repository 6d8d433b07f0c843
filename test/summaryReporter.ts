/** Ends a test run with what was skipped and why, and then one line that counts the others: `N passed, N failed`. */
import type { Reporter, TestModule, TestResult } from "vitest/node";

export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const results = tests.map((test) => test.result());
    const count = (state: TestResult["state"]) => results.filter((result) => result.state === state).length;
    // A file that cannot be loaded, a group that cannot be prepared and an error outside of tests fail the run like a test does.
    const groups = [...modules, ...modules.flatMap((module) => [...module.children.allSuites()])];
    const unprepared = groups.filter((group) => group.errors().length > 0).length;
    const failed = count("failed") + unprepared + errors.length;
    const reasons = new Set(results.flatMap((result) => ("note" in result && result.note) || []));
    const lines = [
      ...[...reasons].map((reason) => `skipped: ${reason}`),
      ...(count("skipped") > 0 ? [`${count("skipped")} skipped`] : []),
      `${count("passed")} passed, ${failed} failed`,
    ];
    process.on("exit", () => process.stdout.write(`${lines.join("\n")}\n`));
  }
}
