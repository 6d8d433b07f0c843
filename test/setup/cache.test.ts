/** Things in the cache are made once, whole or not at all. */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { cached } from "../../setup/cache.ts";

let home: string;
const folder = () => join(home, "pulumi-lvs");

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "pulumi-lvs-cache-"));
  vi.stubEnv("XDG_CACHE_HOME", home);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

test("two that need a thing at once get the same, made once", async () => {
  const make = vi.fn((partial: string) => writeFile(partial, "cli"));
  const paths = await Promise.all([cached("cli-1", make), cached("cli-1", make)]);
  expect(paths).toEqual([join(folder(), "cli-1"), join(folder(), "cli-1")]);
  expect(make).toHaveBeenCalledTimes(1);
  expect(readdirSync(folder())).toEqual(["cli-1"]);
});

test("a failure leaves nothing behind, and the next try starts anew", async () => {
  const interrupted = cached("cli-1", async (partial) => {
    await writeFile(partial, "half");
    throw new Error("disk full");
  });
  await expect(interrupted).rejects.toThrow("disk full");
  expect(readdirSync(folder())).toEqual([]);
  const path = await cached("cli-1", (partial) => writeFile(partial, "whole"));
  expect(readFileSync(path, "utf8")).toBe("whole");
});

test("what a killed run left behind is removed and its lock taken over", async () => {
  const { pid: deadPid } = spawnSync("true");
  mkdirSync(folder());
  writeFileSync(join(folder(), "cli-1.lock"), String(deadPid));
  writeFileSync(join(folder(), `cli-1.partial-${deadPid}`), "half");
  const path = await cached("cli-1", (partial) => writeFile(partial, "whole"));
  expect(existsSync(path)).toBe(true);
  expect(readdirSync(folder())).toEqual(["cli-1"]);
});
