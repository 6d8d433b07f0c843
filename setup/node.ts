/** The Node.js that runs the project's commands. */
import { readFile } from "node:fs/promises";
import type { Finding } from "./rung.ts";

const manifest = new URL("../package.json", import.meta.url);

/** Says whether `version` (default: of the running Node.js) is one that package.json's `engines` allows, `>=20.19`. */
export async function inspectNode(version = process.versions.node): Promise<Finding> {
  const { engines } = JSON.parse(await readFile(manifest, "utf8")) as { engines: { node: string } };
  const [, oldest] = /^>=([\d.]+)$/.exec(engines.node) ?? [];
  if (oldest === undefined)
    throw new Error(`package.json: engines.node is "${engines.node}", not ">=VERSION"`);
  const present = version.localeCompare(oldest, "en", { numeric: true }) >= 0;
  const detail = present ? `v${version}` : `v${version} is too old; install Node.js ${oldest} or newer`;
  return { what: "Node.js", present, detail };
}
