/** The Node.js that runs the project's commands. */
import { readFile } from "node:fs/promises";
import type { Finding } from "./rung.ts";

const manifest = new URL("../package.json", import.meta.url);

/** Says whether `version` (default: of the running Node.js) is one that package.json's `engines` allows. */
export async function inspectNode(version = process.versions.node): Promise<Finding> {
  const { engines } = JSON.parse(await readFile(manifest, "utf8")) as { engines: { node: string } };
  const present = engines.node.split(" || ").some((range) => isWithin(version, range));
  const detail = present ? `v${version}` : `v${version} does not do; install Node.js ${engines.node}`;
  return { what: "Node.js", present, detail };
}

/** Whether a version is in a range of the forms `^20.19` and `>=24`. */
function isWithin(version: string, range: string): boolean {
  const [, form, oldest = ""] = /^(\^|>=)(\d[\d.]*)$/.exec(range) ?? [];
  if (form === undefined)
    throw new Error(`package.json: engines.node has "${range}", not "^VERSION" or ">=VERSION"`);
  const isNewEnough = version.localeCompare(oldest, "en", { numeric: true }) >= 0;
  return isNewEnough && (form === ">=" || version.split(".")[0] === oldest.split(".")[0]);
}
