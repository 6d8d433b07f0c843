/**
 * For `node --import`: a TypeScript program starts as one file that esbuild makes of it and of what it imports, several times
 * faster than as hundreds of files. The file is kept in node_modules/.cache until a source changes.
 */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { register } from "node:module";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isMainThread } from "node:worker_threads";

const project = fileURLToPath(new URL("..", import.meta.url));
const cache = join(project, "node_modules", ".cache", "pulumi-lvs");

// Node loads this file again in the thread of its hooks (node:module, register).
if (isMainThread) {
  process.setSourceMapsEnabled(true);
  register(import.meta.url);
}

/** A hook of Node's (node:module, "Customization hooks"). */
export async function load(url, context, nextLoad) {
  const path = url.startsWith("file:") ? fileURLToPath(url) : "";
  if (!path.endsWith(".ts")) return nextLoad(url, context);
  return { format: "module", shortCircuit: true, source: await bundleOf(path) };
}

async function bundleOf(program) {
  const prefix = `${relative(project, program).replaceAll("/", "-")}-`;
  const bundle = join(cache, `${prefix}${sourceDigest()}.mjs`);
  if (!existsSync(bundle)) {
    mkdirSync(cache, { recursive: true });
    const earlier = readdirSync(cache).filter((name) => name.startsWith(prefix));
    const partial = join(cache, `partial-${process.pid}-${prefix}`);
    writeFileSync(partial, await make(program));
    renameSync(partial, bundle);
    for (const name of earlier) rmSync(join(cache, name), { force: true });
  }
  return readFileSync(bundle);
}

function sourceDigest() {
  const hash = createHash("sha256").update(readFileSync(join(project, "package-lock.json")));
  for (const path of sources(project)) hash.update(`${path}\0`).update(readFileSync(path));
  return hash.digest("hex").slice(0, 16);
}

function sources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return /^(\..*|node_modules|dist|docs)$/.test(entry.name) ? [] : sources(path);
    return path.endsWith(".ts") || path === fileURLToPath(import.meta.url) ? [path] : [];
  });
}

/** What packages that are CommonJS expect to find. */
const commonJs = [
  'import { createRequire as requireFrom } from "node:module";',
  "const require = requireFrom(import.meta.url);",
  "const __dirname = import.meta.dirname;",
].join("\n");

async function make(program) {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    entryPoints: [program],
    outfile: program.replace(/\.ts$/, ".mjs"),
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    target: "node20",
    // Pulumi's runner has loaded its package before the program, which must find the same one. esbuild starts a program of its own.
    external: ["@pulumi/pulumi/*", "esbuild", "*.node", "cpu-features"],
    banner: { js: commonJs },
    plugins: [
      { name: "own-addresses", setup: (build) => build.onLoad({ filter: /\.ts$/ }, withOwnAddress) },
      { name: "lean-pulumi", setup: leanPulumi },
    ],
    sourcemap: "inline",
    sourcesContent: false,
    logLevel: "error",
  });
  return outputFiles[0].contents;
}

/** A source finds the files beside it, as it would by itself. */
function withOwnAddress({ path }) {
  const address = JSON.stringify(pathToFileURL(path).href);
  return { loader: "ts", contents: readFileSync(path, "utf8").replaceAll("import.meta.url", address) };
}

/**
 * Of Pulumi's package a program gets what describes resources. What drives the engine, and what has functions sent to the
 * cloud with the packages that they use, takes longer to load than all the rest: `automation`, `dynamic`, `provider`.
 */
function leanPulumi({ onResolve, onLoad }) {
  onResolve({ filter: /^@pulumi\/pulumi(\/runtime)?$/ }, ({ path }) => ({ path, namespace: "lean-pulumi" }));
  onLoad({ filter: /.*/, namespace: "lean-pulumi" }, ({ path }) => ({
    contents: path.endsWith("/runtime") ? leanRuntime : leanIndex,
    resolveDir: project,
  }));
}

const allOf = (modules) => modules.map((name) => `...require("@pulumi/pulumi/${name}"),`).join("\n");
const leanRuntime = `module.exports = {
${allOf(["config", "invoke", "resource", "rpc", "settings", "stack"].map((name) => `runtime/${name}`))}
};`;
const leanIndex = `module.exports = {
${allOf(["config", "errors", "metadata", "output", "resource", "stackReference", "stash"])}
${["asset", "iterable", "log", "utils"].map((name) => `${name}: require("@pulumi/pulumi/${name}"),`).join("\n")}
runtime: require("@pulumi/pulumi/runtime"),
};`;
