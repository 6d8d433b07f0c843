/** The Python tools to compare with, from their packages, in a virtual environment made once per set of versions. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { installPackages } from "../setup/apt.ts";
import { cached } from "../setup/cache.ts";
import { report, reportLongWork, SetupError } from "../setup/rung.ts";

const requirements = fileURLToPath(new URL("peers/requirements.txt", import.meta.url));

/** Path of a Python that has them; throws a {@link SetupError} when there is none. */
export async function providePython(): Promise<string> {
  const pinned = await readFile(requirements, "utf8");
  const digest = createHash("sha256").update(pinned).digest("hex").slice(0, 16);
  const environment = await cached(`python-${digest}`, makeEnvironment);
  report(`${pinned.trim().replaceAll("==", " ").replace("\n", " and ")} in ${environment}`);
  return join(environment, "bin", "python");
}

/** Only modules are run, never its scripts: those name the path at which they were made. */
async function makeEnvironment(directory: string): Promise<void> {
  const create = ["-m", "venv", directory];
  if ((await execa("python3", create, { reject: false })).failed) {
    await installPackages(["python3-venv"], "the benchmark compares with tools written in Python");
    await execa("python3", ["-m", "venv", "--clear", directory]);
  }
  await reportLongWork("Installing pyinfra and Ansible to compare with", async () => {
    const install = ["-m", "pip", "install", "--quiet", "--requirement", requirements];
    const { failed, stderr } = await execa(join(directory, "bin", "python"), install, { reject: false });
    if (!failed) return;
    throw new SetupError(`pip cannot install ${requirements}:\n${stderr}\nLet pip reach a package index`);
  });
}
