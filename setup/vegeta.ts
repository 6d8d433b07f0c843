/** The generator of new connections for tests and benchmarks of loss: vegeta, built once from its pinned Go module. */
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { cached, cachePath } from "./cache.ts";
import { projectDirectory } from "./directories.ts";
import { planForGo, provideGo } from "./goToolchain.ts";
import { type Finding, reportLongWork, SetupError } from "./rung.ts";

/** What load/vegeta/go.mod names. */
const VERSION = "12.13.0";

const name = `vegeta-${VERSION}`;
const program = () => join(cachePath(name), "vegeta");

/** Path of a vegeta that needs no library, so that it runs in any container of this machine. Throws a {@link SetupError}. */
export async function provideVegeta(): Promise<string> {
  if (existsSync(program())) return program();
  const go = await provideGo("vegeta");
  await cached(name, async (partial) => {
    await mkdir(partial, { recursive: true });
    const title = `Building vegeta ${VERSION} from its Go module: it makes the load that loss is counted under`;
    await reportLongWork(title, () => build(go, join(partial, "vegeta")));
  });
  return program();
}

/** What the doctor says about it; changes nothing. */
export async function inspectVegeta(): Promise<Finding> {
  const what = "vegeta (tests)";
  if (existsSync(program())) {
    return { what, present: true, detail: `${VERSION}, built from its Go module in ${cachePath(name)}` };
  }
  return {
    what,
    present: false,
    detail: `${VERSION} would be built from its Go module ${await planForGo()}`,
  };
}

async function build(go: string, output: string): Promise<void> {
  const args = ["build", "-trimpath", "-ldflags", "-s -w", "-o", output, "github.com/tsenart/vegeta/v12"];
  const { failed, stderr, originalMessage } = await execa(go, args, {
    cwd: join(projectDirectory, "load", "vegeta"),
    env: { CGO_ENABLED: "0", GOOS: "linux" },
    reject: false,
  });
  if (!failed) return;
  throw new SetupError(
    `vegeta cannot be built: ${stderr || originalMessage}\nLet Go reach its module proxy, then run this again`,
  );
}
