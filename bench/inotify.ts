/** Room in the machine's kernel for many systemd instances: each host takes some of root's inotify instances (inotify(7)). */
import { readFile, writeFile } from "node:fs/promises";
import { report, SetupError } from "../setup/rung.ts";

const limitFile = "/proc/sys/fs/inotify/max_user_instances";
const perHost = 6;
/** For whatever else runs on the machine. */
const others = 256;

/** Raises the limit where it is too low; returns how to put it back. Throws a {@link SetupError} without permission. */
export async function provideInotify(hosts: number): Promise<() => Promise<void>> {
  const present = await readFile(limitFile, "utf8");
  const wanted = hosts * perHost + others;
  if (Number(present) >= wanted) return async () => undefined;
  report(
    `fs.inotify.max_user_instances from ${present.trim()} to ${wanted} until the end, for ${hosts} hosts`,
  );
  try {
    await writeFile(limitFile, String(wanted));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new SetupError(
      `fs.inotify.max_user_instances cannot be raised (${code}): run \`sysctl -w fs.inotify.max_user_instances=${wanted}\` as root, or measure with fewer --hosts`,
    );
  }
  return () => writeFile(limitFile, present);
}
