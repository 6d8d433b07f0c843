import { expect, it } from "vitest";
import { measure } from "../../bench/measure.ts";

const node = (script: string) => ({
  command: process.execPath,
  args: ["-e", script],
  env: {},
  cwd: process.cwd(),
});
const never = new AbortController().signal;

it("counts the memory of a command's children", async () => {
  const child = "const hold = Buffer.alloc(200 * 2 ** 20, 1); setTimeout(() => hold, 1500)";
  const parent = `require("node:child_process").spawnSync(process.execPath, ["-e", ${JSON.stringify(child)}])`;
  expect((await measure(node(parent), never)).peakMemoryMebibytes).toBeGreaterThan(200);
});

it("fails with what the command printed", async () => {
  const failure = measure(node("console.error('no such host'); process.exit(3)"), never);
  await expect(failure).rejects.toThrow(/exit code 3[\s\S]*no such host/);
});

it("is ended by the signal, with its reason", async () => {
  const abort = new AbortController();
  const run = measure(node("setTimeout(() => {}, 60_000)"), abort.signal);
  abort.abort(new Error("interrupted"));
  await expect(run).rejects.toThrow("interrupted");
});
