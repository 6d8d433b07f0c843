/** A Node.js program run by the CLI through the language host the set-up provides. */
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { projectDirectory } from "../../setup/directories.ts";
import { isolatedPulumi, temporaryDirectory } from "./workspace.ts";

/** Runs `pulumi` with arguments in a project of this one source file. */
async function project(
  source: string,
): Promise<(...args: string[]) => Promise<{ exitCode: number; output: string }>> {
  const directory = temporaryDirectory();
  const { command, env } = await isolatedPulumi(directory);
  const options = 'options: { nodeargs: "--import tsx", typescript: false }';
  writeFileSync(
    join(directory, "Pulumi.yaml"),
    `name: host\nmain: index.ts\nruntime:\n  name: nodejs\n  ${options}\n`,
  );
  writeFileSync(join(directory, "package.json"), '{ "type": "module" }');
  writeFileSync(join(directory, "index.ts"), source);
  symlinkSync(join(projectDirectory, "node_modules"), join(directory, "node_modules"));
  const pulumi = async (...args: string[]) => {
    const { exitCode = -1, all } = await execa(command, [...args, "--non-interactive"], {
      cwd: directory,
      env,
      all: true,
      reject: false,
    });
    return { exitCode, output: all };
  };
  await pulumi("stack", "init", "dev");
  return pulumi;
}

test("the program gets its settings, its output is shown and its exports are kept", async () => {
  const pulumi = await project(`
    import * as pulumi from "@pulumi/pulumi";
    const config = new pulumi.Config();
    console.log("weights:", config.requireObject<number[]>("weights").join("+"));
    export const stack = pulumi.getStack();
    export const key = config.requireSecret("key");
  `);
  await pulumi("config", "set", "--path", "weights[0]", "2");
  await pulumi("config", "set", "--secret", "key", "hush");
  const up = await pulumi("up", "--yes");
  expect(up).toMatchObject({ exitCode: 0, output: expect.stringContaining("weights: 2") });
  expect(up.output).not.toContain("hush");
  expect((await pulumi("stack", "output", "stack")).output.trim()).toBe("dev");
  expect((await pulumi("stack", "output", "key", "--show-secrets")).output.trim()).toBe("hush");
});

test("settings that are too long for a program are refused with their length", async () => {
  const pulumi = await project("export const unused = 1;");
  for (const key of ["half", "other"]) await pulumi("config", "set", key, "x".repeat(70_000));
  const { exitCode, output } = await pulumi("preview");
  expect(exitCode).not.toBe(0);
  expect(output).toContain(
    "the stack's configuration has 137 KB, and Pulumi can hand a program at most 128; make so large a cluster in a program of your own",
  );
});

test("an error the program reports is shown once, without a stack trace", async () => {
  const pulumi = await project(`
    import { RunError } from "@pulumi/pulumi";
    // Node 20.20 needs 15 s to colour a stack that passes through the SDK (util.inspect, markNodeModules).
    throw Object.assign(new RunError("virtual service web: weight is missing"), { stack: undefined });
  `);
  const { exitCode, output } = await pulumi("preview");
  expect(exitCode).not.toBe(0);
  expect(output.match(/error: virtual service web: weight is missing/g)).toHaveLength(2);
  expect(output).not.toMatch(/exit code|\.ts:\d/);
});

test("a program that ends with another code fails the update", async () => {
  const pulumi = await project("process.exit(3);");
  const { exitCode, output } = await pulumi("preview");
  expect(exitCode).not.toBe(0);
  expect(output).toContain("3");
});
