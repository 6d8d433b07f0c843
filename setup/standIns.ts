/** Puts this project's language host and plugins where a CLI that has no others looks for them. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { build } from "esbuild";
import { cached, cachePath } from "./cache.ts";
import { projectDirectory } from "./directories.ts";

const TOOLCHAIN = join(projectDirectory, "toolchain");

/** Bundle name and source of each executable. */
const ENTRY_POINTS = {
  languageHost: join(TOOLCHAIN, "languageHost.ts"),
  command: join(TOOLCHAIN, "plugins", "command.ts"),
  docker: join(TOOLCHAIN, "plugins", "docker.ts"),
};

/** A plugin that this program needs; `docker` for a lab alone. */
export type PluginName = "command" | "docker";

/**
 * Writes the executables the engine looks for into a Pulumi home, beside the CLI in its `bin`. They run whatever
 * `PULUMI_LVS_TOOLCHAIN` in the returned environment names, so that several checkouts share one home.
 */
export async function installStandIns(home: string): Promise<Record<string, string>> {
  await writeShim(join(home, "bin", "pulumi-language-nodejs"), "languageHost");
  for (const plugin of ["command", "docker"] as const) {
    const folder = `resource-${plugin}-v${await pluginVersion(plugin)}`;
    await writeShim(join(home, "plugins", folder, `pulumi-resource-${plugin}`), plugin);
  }
  return { PULUMI_LVS_TOOLCHAIN: await bundleStandIns() };
}

/**
 * The environment in which an engine finds these plugins at the end of PATH. Nothing is written into the user's Pulumi
 * home, where it would be taken for the official plugin from then on.
 */
export async function standInsOnPath(plugins: readonly PluginName[]): Promise<Record<string, string>> {
  const folders = plugins.map((plugin) => cachePath(`stand-in-${plugin}`));
  for (const [at, plugin] of plugins.entries()) {
    await writeShim(join(folders[at] ?? "", `pulumi-resource-${plugin}`), plugin);
  }
  return {
    PATH: [process.env.PATH, ...folders].join(delimiter),
    PULUMI_IGNORE_AMBIENT_PLUGINS: "false",
    PULUMI_LVS_TOOLCHAIN: await bundleStandIns(),
  };
}

async function writeShim(path: string, name: keyof typeof ENTRY_POINTS): Promise<void> {
  if (existsSync(path)) return;
  await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.partial-${process.pid}`;
  await writeFile(partial, `#!/bin/sh\nexec node "$PULUMI_LVS_TOOLCHAIN/${name}.cjs" "$@"\n`);
  await chmod(partial, 0o755);
  await rename(partial, path);
}

/** The version of a plugin that the installed SDK package asks for. */
export async function pluginVersion(plugin: PluginName): Promise<string> {
  const manifest = join(projectDirectory, "node_modules", "@pulumi", plugin, "package.json");
  return (JSON.parse(await readFile(manifest, "utf8")) as { version: string }).version.replace(/^v/, "");
}

/** The directory of the bundles, one file per executable, made anew when a source or a dependency changes: it starts three times faster than the sources. */
export async function bundleStandIns(): Promise<string> {
  return cached(`toolchain-${await sourceDigest()}`, async (partial) => {
    await build({
      entryPoints: ENTRY_POINTS,
      outdir: partial,
      outExtension: { ".js": ".cjs" },
      bundle: true,
      platform: "node",
      format: "cjs",
      target: "node20",
      minify: true,
      // Optional native parts, which their packages do without.
      external: ["*.node", "cpu-features"],
      logLevel: "error",
    });
  });
}

async function sourceDigest(): Promise<string> {
  const hash = createHash("sha256");
  for (const folder of [TOOLCHAIN, join(projectDirectory, "ssh")]) {
    const files = await readdir(folder, { recursive: true });
    for (const file of files.filter((name) => name.endsWith(".ts")).sort()) {
      hash.update(`${file}\0`).update(await readFile(join(folder, file)));
    }
  }
  hash.update(await readFile(join(projectDirectory, "package-lock.json")));
  return hash.digest("hex").slice(0, 16);
}
