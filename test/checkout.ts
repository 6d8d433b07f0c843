/** The files that belong to the project: those git has, or would take with `git add`. */
import { execFileSync } from "node:child_process";
import { lstatSync } from "node:fs";
import { inCheckout } from "./fixtures.ts";

/** Paths relative to the checkout. */
export function checkedIn(): string[] {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: inCheckout("."),
    encoding: "utf8",
  });
  return listed
    .split("\n")
    .filter((path) => path && lstatSync(inCheckout(path), { throwIfNoEntry: false })?.isFile());
}
