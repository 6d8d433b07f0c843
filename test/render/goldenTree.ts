/** Compares texts with the files that are kept for them; with UPDATE_GOLDEN=1 it rewrites the files instead. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect } from "vitest";

/** Texts by their path below a folder. */
export type Tree = Readonly<Record<string, string>>;

/** Fails unless `folder` holds exactly these files with these texts. */
export function expectGolden(folder: string, tree: Tree): void {
  if (process.env.UPDATE_GOLDEN === "1") write(folder, tree);
  expect(tree).toEqual(read(folder));
}

function read(folder: string): Tree {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((found) =>
    found.isFile(),
  );
  const paths = files.map(({ parentPath, name }) => join(parentPath, name));
  return Object.fromEntries(paths.map((path) => [relative(folder, path), readFileSync(path, "utf8")]));
}

function write(folder: string, tree: Tree): void {
  rmSync(folder, { recursive: true, force: true });
  for (const [path, text] of Object.entries(tree)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}
