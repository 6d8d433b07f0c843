import { spawn } from "node:child_process";
import { constants, getPriority } from "node:os";
import { afterEach, expect, test, vi } from "vitest";
import { letTheLabGoFirst } from "./priority.ts";

const { writeFileSync } = vi.hoisted(() => ({ writeFileSync: vi.fn() }));
vi.mock("node:fs", () => ({ writeFileSync }));

const child = spawn("sleep", ["60"]);
afterEach(() => void child.kill());

test("a process stands back, of a session too that shares no group of its own", () => {
  writeFileSync.mockImplementation(() => {
    throw Object.assign(new Error("EINVAL: invalid argument, write"), { code: "EINVAL" });
  });

  letTheLabGoFirst(child.pid);

  expect(getPriority(child.pid)).toBe(constants.priority.PRIORITY_BELOW_NORMAL);
  expect(writeFileSync).toHaveBeenCalledExactlyOnceWith(`/proc/${child.pid}/autogroup`, "10");
});
