import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, it } from "vitest";
import { inCheckout } from "../fixtures.ts";

let checkout: string;

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), "pulumi-lvs-bundled-"));
  mkdirSync(join(checkout, "setup"));
  mkdirSync(join(checkout, "node_modules"));
  for (const file of ["setup/bundled.mjs", "package-lock.json"])
    cpSync(inCheckout(file), join(checkout, file));
  for (const name of [
    "esbuild",
    "@esbuild",
    "@pulumi",
    "yaml",
    "ssh2",
    "asn1",
    "bcrypt-pbkdf",
    "safer-buffer",
    "tweetnacl",
  ])
    symlinkSync(inCheckout(`node_modules/${name}`), join(checkout, "node_modules", name));
  writeFileSync(join(checkout, "package.json"), '{"type": "module"}');
});
afterEach(() => rmSync(checkout, { recursive: true }));

const lay = (path: string, text: string) => {
  mkdirSync(join(checkout, path, ".."), { recursive: true });
  writeFileSync(join(checkout, path), text);
};

async function run(program: string) {
  const args = ["--import", "./setup/bundled.mjs", program];
  const { stdout, stderr, exitCode } = await execa("node", args, { cwd: checkout, reject: false });
  return { stdout, stderr, exitCode };
}

it("starts a program with what it imports, packages of either kind included", async () => {
  lay("part/words.ts", 'import { parse } from "yaml";\nexport const words: string[] = parse("[a, b]");\n');
  lay(
    "main.ts",
    'import ssh from "ssh2";\nimport { words } from "./part/words.ts";\nconsole.log(words, typeof ssh.Client);\n',
  );
  expect(await run("main.ts")).toEqual({ stdout: "[ 'a', 'b' ] function", stderr: "", exitCode: 0 });
});

it("takes a source that has changed, and keeps no bundle of the earlier one", async () => {
  lay("words.ts", 'export const words = "first";\n');
  lay("main.ts", 'import { words } from "./words.ts";\nconsole.log(words);\n');
  expect((await run("main.ts")).stdout).toBe("first");
  lay("words.ts", 'export const words = "second";\n');
  expect((await run("main.ts")).stdout).toBe("second");
  expect(readdirSync(join(checkout, "node_modules/.cache/pulumi-lvs"))).toHaveLength(1);
});

it("lets each source find the files beside it", async () => {
  lay(
    "part/read.ts",
    'import { readFileSync } from "node:fs";\nexport const text = readFileSync(new URL("text", import.meta.url), "utf8");\n',
  );
  lay("part/text", "beside");
  lay("main.ts", 'import { text } from "./part/read.ts";\nconsole.log(text);\n');
  expect((await run("main.ts")).stdout).toBe("beside");
});

it("names the line of the source in which a program crashes", async () => {
  lay(
    "part/crash.ts",
    "interface Gone {\n  readonly way: string;\n}\n\nexport function crash(_: Gone): never {\n  throw new Error('crashed');\n}\n",
  );
  lay("main.ts", 'import { crash } from "./part/crash.ts";\ncrash({ way: "" });\n');
  const { stderr, exitCode } = await run("main.ts");
  expect(exitCode).toBe(1);
  expect(stderr).toContain(join(checkout, "part/crash.ts:6"));
});

it("leaves out of Pulumi's package only what takes long to load, and is the one that its runner has loaded", async () => {
  lay(
    "main.ts",
    [
      'import { remote } from "@pulumi/command";',
      'import * as lean from "@pulumi/pulumi";',
      'import { createRequire } from "node:module";',
      'const whole = createRequire(import.meta.url)("@pulumi/pulumi") as typeof lean;',
      "const missing = (a: object, b: object) => Object.keys(a).filter((key) => !(key in b)).sort();",
      "console.log(missing(whole, lean).join(), missing(whole.runtime, lean.runtime).join());",
      "console.log(lean.Output === whole.Output, remote.Command.prototype instanceof whole.CustomResource);",
    ].join("\n"),
  );
  expect((await run("main.ts")).stdout.split("\n")).toEqual([
    "automation,deploymentOnlyModule,dynamic,provider computeCodePaths,serializeFunction,serializeFunctionAsync,setMocks",
    "true true",
  ]);
});
