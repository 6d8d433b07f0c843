/** A build context on disk: the files that go to the daemon, and the digest that tells when they changed. */
import { createHash } from "node:crypto";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { ProviderError } from "../serve.ts";
import { type ArchiveFile, archive } from "./archive.ts";

/** Everything under the directory as one archive. Refuses a .dockerignore, which would need rules of its own. */
export async function packContext(directory: string): Promise<Buffer> {
  const files = await readContext(directory);
  if (files.some(({ path }) => path === ".dockerignore")) {
    throw new ProviderError(
      `${join(directory, ".dockerignore")}: not covered by the built-in stand-in for the docker plugin`,
    );
  }
  return archive(files);
}

/** What tells a changed context from an unchanged one, as the official plugin reckons it (hashContext in its provider.go). */
export async function contextDigest(directory: string, dockerfile: string): Promise<string> {
  const digest = createHash("sha256");
  const add = (name: string, mode: string, content: Buffer | string) => {
    const contentDigest = createHash("sha256").update(content).digest();
    digest.update(`${name}${mode}`).update(contentDigest).update("\0");
  };
  add("Dockerfile", "----------", await readFile(dockerfile));
  for (const { path, mode, content } of await readContext(directory)) {
    if (Buffer.isBuffer(content)) add(path, `-${permissions(mode)}`, content);
    else add(path, `L${permissions(mode)}`, join(directory, dirname(path), content.linkTarget));
  }
  return digest.digest("hex");
}

/** The Dockerfile's path inside the context, as the daemon wants it. */
export function dockerfileInContext(context: string, dockerfile: string): string {
  const inside = relative(context, dockerfile).split(sep).join("/");
  if (inside.startsWith("../"))
    throw new ProviderError(`the Dockerfile ${dockerfile} must lie inside the build context ${context}`);
  return inside;
}

/** The files, directory by directory, each directory's entries by name. */
async function readContext(directory: string, below = ""): Promise<ArchiveFile[]> {
  const entries = await readdir(join(directory, below), { withFileTypes: true });
  const sorted = entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const read = sorted.map(async (entry) => {
    const path = join(below, entry.name);
    return entry.isDirectory()
      ? readContext(directory, path)
      : [await readEntry(directory, join(directory, path))];
  });
  return (await Promise.all(read)).flat();
}

/** Permission bits as Go and `ls` write them. */
function permissions(mode: number): string {
  return [6, 3, 0]
    .map((shift) => ["---", "--x", "-w-", "-wx", "r--", "r-x", "rw-", "rwx"][(mode >> shift) & 7])
    .join("");
}

async function readEntry(directory: string, path: string): Promise<ArchiveFile> {
  const { mode } = await lstat(path);
  const isLink = (mode & 0o170000) === 0o120000;
  const content = isLink ? { linkTarget: await readlink(path) } : await readFile(path);
  return { path: relative(directory, path).split(sep).join("/"), mode: mode & 0o7777, content };
}
