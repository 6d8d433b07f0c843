/**
 * Three sets of tests: `unit` needs this checkout alone; `real` needs the engine, Docker and minutes; `long` is what rarely
 * happens on such clusters, in all its ways, and is left to `npm run test:long`.
 */
import { configDefaults, defineConfig } from "vitest/config";
import { LongestFirst } from "./test/longestFirst.ts";
import { SummaryReporter } from "./test/summaryReporter.ts";

const real = ["test/cluster/**/*.test.ts", "test/toolchain/**/*.test.ts", "test/package.test.ts"];
const long = ["bench", "faults", "jump", "kill", "load", "own-hosts", "reboot", "release"].map(
  (name) => `test/cluster/${name}.test.ts`,
);
const onRealParts = {
  globalSetup: ["test/real.setup.ts"],
  testTimeout: 300_000,
  hookTimeout: 900_000,
};

// biome-ignore lint/style/noDefaultExport: vitest reads the default export of this file.
export default defineConfig({
  test: {
    reporters: ["default", new SummaryReporter()],
    // Real tests wait more than they work: two files at a time, each with a stack, a network and names of its own.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: "unit",
          globalSetup: ["test/unit.setup.ts"],
          setupFiles: ["test/offline.setup.ts"],
          include: ["test/**/*.test.ts"],
          exclude: [...configDefaults.exclude, ...real],
          testTimeout: 60_000,
        },
      },
      {
        test: { name: "real", include: real, exclude: [...configDefaults.exclude, ...long], ...onRealParts },
      },
      { test: { name: "long", include: long, ...onRealParts } },
    ],
  },
});
