/** A build context on disk: the files that go to the daemon, and the digest that tells when they changed. */
import { createHash } from "node:crypto";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { ProviderError } from "../serve.ts";
import { type ArchiveFile, archive } from "./archive.ts";

/** Everything under the directory as one archive. Refuses a .dockerignore, which would need rules of its own. */
export async function packContext(directory: string): Promise<Buffer> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
  const files = await Promise.all(paths.sort().map((path) => readEntry(directory, path)));
  if (files.some(({ path }) => path === ".dockerignore")) {
    throw new ProviderError(
      `${join(directory, ".dockerignore")}: not covered by the built-in stand-in for the docker plugin`,
    );
  }
  return archive(files);
}

/** SHA-256 over names, modes and contents of the packed files, in hex. */
export function contextDigest(packed: Buffer): string {
  return createHash("sha256").update(packed).digest("hex");
}

/** The Dockerfile's path inside the context, as the daemon wants it. */
export function dockerfileInContext(context: string, dockerfile: string): string {
  const inside = relative(context, dockerfile).split(sep).join("/");
  if (inside.startsWith("../"))
    throw new ProviderError(`the Dockerfile ${dockerfile} must lie inside the build context ${context}`);
  return inside;
}

async function readEntry(directory: string, path: string): Promise<ArchiveFile> {
  const { mode } = await lstat(path);
  const isLink = (mode & 0o170000) === 0o120000;
  const content = isLink ? { linkTarget: await readlink(path) } : await readFile(path);
  return { path: relative(directory, path).split(sep).join("/"), mode: mode & 0o7777, content };
}
