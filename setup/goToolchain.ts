/** Finds a Go toolchain new enough for what is built here, or gets one through the Go module proxy. */
import { chmod, cp, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { canInstallPackages, installPackages } from "./apt.ts";
import { cached } from "./cache.ts";
import { report, reportLongWork, SetupError } from "./rung.ts";

/** Oldest Go that builds the Pulumi CLI; named in toolchain/cli/go.mod. */
const GO_VERSION = "1.26.0";

/** A Go command and its version. */
interface Go {
  command: string;
  version: string;
}

/** Go on PATH, of any age. */
async function findGo(): Promise<Go | undefined> {
  const { stdout, failed } = await execa("go", ["env", "GOVERSION"], { reject: false, cwd: tmpdir() });
  return failed ? undefined : { command: "go", version: stdout.trim().replace(/^go/, "") };
}

/** Whether the toolchain can build what is built here. */
function isNewEnough({ version }: Go): boolean {
  const [major = 0, minor = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  const [wantedMajor = 0, wantedMinor = 0] = GO_VERSION.split(".").map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

/** A Go command that can build `what`; throws a {@link SetupError} when there is no way to one. */
export async function provideGo(what: string): Promise<string> {
  const found = (await findGo()) ?? (await installGo(what));
  if (isNewEnough(found)) return found.command;
  const directory = await cached(`go-${GO_VERSION}`, (partial) => downloadToolchain(what, found, partial));
  return join(directory, "bin", "go");
}

/** What would build a Go module on this machine, for the doctor. */
export async function planForGo(): Promise<string> {
  const found = await findGo();
  if (found !== undefined && isNewEnough(found)) return `with Go ${found.version}`;
  const toolchain = `with Go ${GO_VERSION}, fetched as a module`;
  if (found !== undefined) return `${toolchain} by Go ${found.version}`;
  return (await canInstallPackages())
    ? `${toolchain} by the distribution's Go, which would be installed`
    : `with Go, which is missing: install Go ≥ ${GO_VERSION}`;
}

async function installGo(what: string): Promise<Go> {
  const remedy = `install it or Go ≥ ${GO_VERSION}, then run this again`;
  if (!(await canInstallPackages())) {
    throw new SetupError(
      `${what} has to be built here, which needs Go, and there is none on PATH: ${remedy}`,
    );
  }
  await installPackages(["golang-go"], `${what} has to be built here`);
  const installed = await findGo();
  if (installed === undefined)
    throw new SetupError(`golang-go is installed but \`go\` does not run: ${remedy}`);
  return installed;
}

/** Go's releases are also modules; any Go since 1.13 fetches and verifies one (go.dev/doc/toolchain). */
async function downloadToolchain(what: string, go: Go, directory: string): Promise<void> {
  report(`Go ${go.version} is too old to build ${what}, which needs ${GO_VERSION}`);
  await reportLongWork(`Fetching Go ${GO_VERSION} through the Go module proxy`, async () => {
    const modules = await mkdtemp(join(tmpdir(), "pulumi-lvs-go-"));
    const env = { GOMODCACHE: modules, GOFLAGS: "-modcacherw", GOTOOLCHAIN: "local" };
    try {
      const platform = (await execa(go.command, ["env", "GOOS", "GOARCH"], { env })).stdout
        .split("\n")
        .join("-");
      const module = `golang.org/toolchain@v0.0.1-go${GO_VERSION}.${platform}`;
      const download = ["mod", "download", "-json", module];
      const { stdout, stderr, failed } = await execa(go.command, download, {
        env,
        cwd: modules,
        reject: false,
      });
      if (failed) throw new SetupError(`Go ${GO_VERSION} cannot be fetched as a module: ${stderr || stdout}`);
      const { Dir } = JSON.parse(stdout) as { Dir: string };
      await cp(Dir, directory, { recursive: true });
      await makeExecutable(directory);
    } finally {
      await rm(modules, { recursive: true, force: true });
    }
  });
}

/** Module archives carry no file modes. */
async function makeExecutable(directory: string): Promise<void> {
  for (const folder of ["bin", join("pkg", "tool")]) {
    const entries = await readdir(join(directory, folder), { withFileTypes: true, recursive: true });
    for (const entry of entries.filter((each) => each.isFile())) {
      await chmod(join(entry.parentPath, entry.name), 0o755);
    }
  }
}
