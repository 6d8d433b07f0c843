/** The order of test files: those that take minutes first, so that the last of them does not run alone at the end. */
import { BaseSequencer, type TestSpecification } from "vitest/node";

const longest = ["changes", "pair", "bench", "own-hosts", "schedulers", "keepalived", "kill"].map(
  (name) => `/test/cluster/${name}.test.ts`,
);

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = longest.findIndex((path) => moduleId.endsWith(path));
      return place < 0 ? longest.length : place;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}
