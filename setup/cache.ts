/** Makes things in the cache once: whole or not at all, by one process at a time. */
import { existsSync } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cacheDirectory } from "./directories.ts";

/** Path of a thing in the cache; its name carries its version. */
export function cachePath(name: string): string {
  return join(cacheDirectory(), name);
}

/**
 * Returns the path of a thing in the cache, made by `make` if it is not there yet.
 * `make` works on a path beside it that gets the right name when complete, so an interruption leaves no half thing.
 */
export async function cached(name: string, make: (partial: string) => Promise<void>): Promise<string> {
  const path = cachePath(name);
  if (existsSync(path)) return path;
  await mkdir(dirname(path), { recursive: true });
  return withLock(`${path}.lock`, async () => {
    if (existsSync(path)) return path;
    await removeLeftovers(path);
    const partial = `${path}.partial-${process.pid}`;
    try {
      await make(partial);
      await rename(partial, path);
    } finally {
      await rm(partial, { recursive: true, force: true });
    }
    return path;
  });
}

async function removeLeftovers(path: string): Promise<void> {
  const prefix = `${basename(path)}.partial-`;
  for (const entry of await readdir(dirname(path))) {
    if (!entry.startsWith(prefix) || isRunning(Number(entry.slice(prefix.length)))) continue;
    await rm(join(dirname(path), entry), { recursive: true, force: true });
  }
}

async function withLock<T>(lock: string, work: () => Promise<T>): Promise<T> {
  while (!(await take(lock))) await sleep(500);
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

/** Two processes may both take over a dead one's lock: then both make the thing, and the second rename wins. */
async function take(lock: string): Promise<boolean> {
  try {
    const file = await open(lock, "wx");
    await file.writeFile(String(process.pid));
    await file.close();
    return true;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  const holder = await readFile(lock, "utf8").catch(() => "");
  if (holder !== "" && !isRunning(Number(holder))) await rm(lock, { force: true });
  return false;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
