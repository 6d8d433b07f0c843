/** The checker that tests run over every shell program. */
import { execa } from "execa";
import { canInstallPackages, installPackages } from "./apt.ts";
import { type Finding, SetupError } from "./rung.ts";

/** Gets shellcheck from the distribution unless it is on PATH. Throws a {@link SetupError} where neither is possible. */
export async function provideShellcheck(): Promise<void> {
  if (await isOnPath()) return;
  if (!(await canInstallPackages())) {
    throw new SetupError(
      "shellcheck is not on PATH, and the tests need it: install it, or run them as root on Debian or Ubuntu",
    );
  }
  await installPackages(["shellcheck"], "the tests check every shell program with it");
}

/** What the doctor says about it; changes nothing. */
export async function inspectShellcheck(): Promise<Finding> {
  const what = "shellcheck (tests)";
  if (await isOnPath()) return { what, present: true, detail: "on PATH" };
  const filled = (await canInstallPackages())
    ? "would be installed with apt-get"
    : "has to be installed by you";
  return { what, present: false, detail: filled };
}

async function isOnPath(): Promise<boolean> {
  return !(await execa("shellcheck", ["--version"], { reject: false })).failed;
}
