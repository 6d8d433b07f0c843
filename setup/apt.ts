/** Installs packages with apt and reads which archives the machine is configured for. */
import { readFile } from "node:fs/promises";
import { Mutex } from "async-mutex";
import { ExecaError, execa } from "execa";
import { reportLongWork, SetupError } from "./rung.ts";

/** Where a machine gets a distribution from. */
export interface Mirror {
  /** Address of the main archive. */
  archive: string;
  /** Address of the security archive; undefined when the machine has none, or the main one has its packages. */
  security: string | undefined;
}

/** Whether packages can be installed here: Debian or Ubuntu, as root. */
export async function canInstallPackages(): Promise<boolean> {
  return process.getuid?.() === 0 && (await isDebianOrUbuntu());
}

/** Whether this machine has apt and the package names that the set-up knows. */
export async function isDebianOrUbuntu(): Promise<boolean> {
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  return /^ID=("?)(debian|ubuntu)\1$/m.test(release);
}

/** apt waits for another one that installs, but fails where another one fetches lists. */
const oneAtATime = new Mutex();

/** Installs packages, shows how far apt is, and survives an earlier run that was interrupted. Throws a {@link SetupError}. */
export async function installPackages(packages: readonly string[], reason: string): Promise<void> {
  await oneAtATime.runExclusive(() => install(packages, reason));
}

async function install(packages: readonly string[], reason: string): Promise<void> {
  await reportLongWork(`Installing ${packages.join(", ")}: ${reason}`, async (show) => {
    // A mirror of something else may be down: whether these packages can be had is seen on installing them.
    const update = await apt(["update"], show).catch(aptMessage);
    await execa("dpkg", ["--configure", "-a"], { env: quiet, reject: false });
    try {
      await apt(["install", "--yes", "--no-install-recommends", ...packages], show);
    } catch (error) {
      const messages = [...new Set([...(update ?? []), ...aptMessage(error)])];
      throw new SetupError(
        [
          `apt-get could not install ${packages.join(", ")}, needed because ${reason}:`,
          ...messages.map((message) => `  ${message}`),
          "Check the package mirror in /etc/apt and the network, then run this again.",
        ].join("\n"),
      );
    }
  });
}

const quiet = { DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C.UTF-8" };

async function apt(args: string[], show: (detail: string) => void): Promise<undefined> {
  const options = ["-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=2"];
  const run = execa("apt-get", [...options, ...args], { env: quiet, stdin: "ignore", all: true });
  for await (const line of run.iterable({ from: "all" })) show(line.slice(0, 70));
  await run;
}

function aptMessage(error: unknown): string[] {
  if (!(error instanceof ExecaError)) throw error;
  const lines = String(error.all ?? "").split("\n");
  const told = lines.filter((line) => /^[EW]:/.test(line)).slice(0, 5);
  return told.length > 0 ? told : [error.shortMessage];
}

/** A distribution's archives in the machine's own apt configuration; undefined on a machine that has none. */
export async function configuredMirror(distribution: "Debian" | "Ubuntu"): Promise<Mirror | undefined> {
  const format = "$(ORIGIN)\t$(LABEL)\t$(REPO_URI)";
  const run = await execa("apt-get", ["indextargets", "--format", format, "Created-By: Packages"], {
    reject: false,
  });
  if (run.failed) return undefined;
  const targets = run.stdout.split("\n").map((line) => line.split("\t"));
  const find = (wanted: string) =>
    targets.find(
      ([origin, label, uri]) => origin === distribution && label === wanted && uri?.startsWith("http"),
    )?.[2];
  const archive = find(distribution);
  return archive === undefined ? undefined : { archive, security: find(`${distribution}-Security`) };
}

/** How the machine's apt fetches: proxies and the like, in apt.conf(5) format; empty when nothing is set. */
export async function configuredFetching(): Promise<string> {
  const { stdout } = await execa("apt-config", ["dump", "--no-empty"]);
  const fetching = /^Acquire::(https?::|Check-|ForceIPv)/;
  return stdout
    .split("\n")
    .filter((line) => fetching.test(line))
    .map((line) => `${line}\n`)
    .join("");
}
