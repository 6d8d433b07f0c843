import { chmod, mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  contextDigest,
  dockerfileInContext,
  packContext,
} from "../../../../toolchain/plugins/docker/buildContext.ts";

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "pulumi-lvs-context-"));
  await mkdir(join(directory, "bin"));
  await writeFile(join(directory, "Dockerfile"), "FROM scratch\n");
  await writeFile(join(directory, "bin/tool"), "one");
});

afterEach(() => rm(directory, { recursive: true }));

async function digest(): Promise<string> {
  return contextDigest(directory, join(directory, "Dockerfile"));
}

describe("the digest of a build context", () => {
  it("stays when a file is written again with the same content", async () => {
    const before = await digest();
    await writeFile(join(directory, "bin/tool"), "one");
    expect(await digest()).toBe(before);
  });

  it.each([
    ["content", () => writeFile(join(directory, "bin/tool"), "two")],
    ["mode", () => chmod(join(directory, "bin/tool"), 0o755)],
    ["name", () => rename(join(directory, "bin/tool"), join(directory, "bin/other"))],
    ["symbolic link", () => symlink("tool", join(directory, "bin/link"))],
  ])("changes with a file's %s", async (_what, change) => {
    const before = await digest();
    await change();
    expect(await digest()).not.toBe(before);
  });
});

it("a .dockerignore is refused, because its rules would be ignored", async () => {
  await writeFile(join(directory, ".dockerignore"), "bin\n");
  await expect(packContext(directory)).rejects.toThrow(".dockerignore: not covered");
});

it("a Dockerfile outside of the context is refused", () => {
  expect(dockerfileInContext("lab/image", "lab/image/sub/Dockerfile")).toBe("sub/Dockerfile");
  expect(() => dockerfileInContext("lab/image", "lab/Dockerfile")).toThrow(
    "must lie inside the build context",
  );
});
