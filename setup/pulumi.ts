/** The ladder to a Pulumi CLI: the one on PATH, else the official npm package's download, else one built from its Go module. */
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { cached, cachePath } from "./cache.ts";
import { projectDirectory } from "./directories.ts";
import { planForGo, provideGo } from "./goToolchain.ts";
import { inspectPlugins } from "./plugins.ts";
import { type Finding, report, reportLongWork, SetupError } from "./rung.ts";
import { installStandIns } from "./standIns.ts";

/** Oldest CLI the program works with. */
const OLDEST_VERSION = "3.225.0";

/** The CLI that is downloaded or built; the Go rung takes it from toolchain/cli/go.mod, which must name the same. */
const VERSION = "3.259.0";

const CLI_PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";

/** A CLI and how to start it. */
export interface PulumiCli {
  command: string;
  /** Environment it needs besides the process's own. */
  env: Record<string, string>;
  rung: "path" | "npm" | "go";
  version: string;
}

/** The user's Pulumi home, where logins live. */
export function userPulumiHome(): string {
  return process.env.PULUMI_HOME || join(homedir(), ".pulumi");
}

/** Returns a CLI, getting one if there is none; says in one line which. Throws a {@link SetupError} when no rung holds. */
export async function providePulumi(): Promise<PulumiCli> {
  const ready = (await onPath()) ?? (await downloaded()) ?? (await built());
  if (ready !== undefined) return ready;
  return (await download()) ?? (await buildFromModule());
}

/** What the doctor says about the CLI; changes nothing. */
export async function inspectPulumi(): Promise<Finding[]> {
  const what = "Pulumi CLI";
  const found = await versionOf("pulumi");
  if (found !== undefined && isNewEnough(found)) {
    const plugins = await inspectPlugins({ command: "pulumi", env: {} });
    return [{ what, present: true, detail: `${found} on PATH` }, ...plugins];
  }
  const unfit = found === undefined ? "not on PATH" : `${found} on PATH is older than ${OLDEST_VERSION}`;
  if (existsSync(downloadedCommand())) {
    const plugins = await inspectPlugins({ command: downloadedCommand(), env: {} });
    return [
      { what, present: true, detail: `${VERSION}, from the npm package pulumi (${unfit})` },
      ...plugins,
    ];
  }
  if (existsSync(join(goHome(), "bin", "pulumi"))) {
    return [
      { what, present: true, detail: `${VERSION}, built from its Go module in ${goHome()} (${unfit})` },
    ];
  }
  const build = `built from its Go module ${await planForGo()}`;
  const detail = `${unfit}; ${VERSION} would be downloaded by the npm package pulumi, or where that is out of reach ${build}`;
  return [{ what, present: false, detail }];
}

async function onPath(): Promise<PulumiCli | undefined> {
  const version = await versionOf("pulumi");
  if (version === undefined) return undefined;
  if (!isNewEnough(version)) {
    report(`Pulumi ${version} on PATH is older than ${OLDEST_VERSION}, which this program needs: not used`);
    return undefined;
  }
  report(`Pulumi ${version} from PATH`);
  return { command: "pulumi", env: {}, rung: "path", version };
}

function downloadedCommand(): string {
  return join(userPulumiHome(), "versions", VERSION, "bin", "pulumi");
}

async function downloaded(): Promise<PulumiCli | undefined> {
  if (!existsSync(downloadedCommand())) return undefined;
  report(`Pulumi ${VERSION} from the npm package pulumi`);
  return { command: downloadedCommand(), env: {}, rung: "npm", version: VERSION };
}

async function download(): Promise<PulumiCli | undefined> {
  const title = `Downloading Pulumi ${VERSION} with the npm package pulumi, as there is none on PATH`;
  const failure = await reportLongWork(title, async () => {
    const args = ["exec", "--yes", `--package=pulumi@${VERSION}`, "--", "pulumi", "version"];
    const { failed, stderr } = await execa("npm", args, { cwd: projectDirectory, reject: false });
    return failed ? stderr : undefined;
  });
  if (failure === undefined) return downloaded();
  const reason = failure.split("\n").findLast((line) => line.startsWith("pulumi: ")) ?? "npm failed";
  report(`The download host is out of reach (${reason.replace("pulumi: ", "")})`);
  return undefined;
}

function goHome(): string {
  return cachePath(`pulumi-${VERSION}-go`);
}

async function built(): Promise<PulumiCli | undefined> {
  const command = join(goHome(), "bin", "pulumi");
  if (!existsSync(command)) return undefined;
  report(`Pulumi ${VERSION} built from its Go module, with this project's own language host and plugins`);
  const env = {
    ...(await installStandIns(goHome())),
    PULUMI_HOME: goHome(),
    // The home is ours, the login the user's.
    PULUMI_CREDENTIALS_PATH: process.env.PULUMI_CREDENTIALS_PATH || userPulumiHome(),
    PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
  return { command, env, rung: "go", version: VERSION };
}

async function buildFromModule(): Promise<PulumiCli> {
  const go = await provideGo("Pulumi (https://www.pulumi.com/docs/install)");
  await cached(`pulumi-${VERSION}-go`, async (partial) => {
    await mkdir(join(partial, "bin"), { recursive: true });
    const title = `Building Pulumi ${VERSION} from its Go module (some minutes, once)`;
    const flags = `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${VERSION}`;
    const output = join(partial, "bin", "pulumi");
    const args = ["build", "-trimpath", "-ldflags", flags, "-o", output, CLI_PACKAGE];
    await reportLongWork(title, (show) => runGo(go, args, show));
  });
  const cli = await built();
  if (cli === undefined) throw new Error(`${goHome()} was built but holds no CLI`);
  return cli;
}

async function runGo(go: string, args: string[], show: (detail: string) => void): Promise<void> {
  const build = execa(go, args, { cwd: join(projectDirectory, "toolchain", "cli"), reject: false });
  build.stderr.on("data", (chunk: Buffer) => show(chunk.toString().trim().split("\n").at(-1) ?? ""));
  const { failed, stderr, originalMessage } = await build;
  if (!failed) return;
  throw new SetupError(
    `The Pulumi CLI cannot be built: ${stderr || originalMessage}\n` +
      "Install Pulumi (https://www.pulumi.com/docs/install) or let Go reach its module proxy, then run this again",
  );
}

async function versionOf(command: string): Promise<string | undefined> {
  const env = { PULUMI_SKIP_UPDATE_CHECK: "true" };
  const { stdout, failed } = await execa(command, ["version"], { env, reject: false });
  return failed ? undefined : stdout.trim().replace(/^v/, "");
}

function isNewEnough(version: string): boolean {
  return version.localeCompare(OLDEST_VERSION, "en", { numeric: true }) >= 0;
}
