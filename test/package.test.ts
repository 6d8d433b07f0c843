import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { programExample } from "./docs/pages.ts";
import { inCheckout } from "./fixtures.ts";
import { isolatedPulumi, temporaryDirectory } from "./toolchain/workspace.ts";

let archive = "";
beforeAll(async () => {
  const args = ["run", "package", "--silent", "--", "--pack-destination", "dist"];
  const { stdout } = await execa("npm", args, { cwd: inCheckout(".") });
  archive = inCheckout(`dist/${stdout.split("\n").at(-1)}`);
});

it.each([
  ["as `pulumi new typescript` makes it", {}, "runtime: nodejs"],
  [
    "of ES modules",
    { type: "module" },
    'runtime: {name: nodejs, options: {nodeargs: "--import tsx", typescript: false}}\nmain: index.ts',
  ],
])(
  "the documentation's example is a program, %s: it type-checks, and previews",
  async (_, manifest, runtime) => {
    const program = temporaryDirectory();
    await installPackage(program);
    writeFileSync(join(program, "package.json"), JSON.stringify({ ...manifest, main: "index.ts" }));
    writeFileSync(join(program, "Pulumi.yaml"), `name: example\n${runtime}\n`);
    writeFileSync(join(program, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["index.ts"] }));
    writeFileSync(join(program, "index.ts"), programExample?.text ?? "");

    await execa(inCheckout("node_modules/.bin/tsc"), ["-p", program]);
    expect(await previewed(program)).toEqual([
      "create lvs:index:Director",
      "create lvs:index:Director$command:remote:Command",
      "create lvs:index:RealServer",
      "create lvs:index:RealServer$command:remote:Command",
      "create lvs:index:VirtualService",
      "create pulumi:pulumi:Stack",
    ]);
  },
);

const compilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  module: "nodenext",
  target: "es2022",
  noEmit: true,
  skipLibCheck: false,
  types: ["node"],
};

/** Puts into a program's `node_modules` what `npm run package` packs, and the packages that it says it needs. */
async function installPackage(program: string): Promise<void> {
  const modules = join(program, "node_modules");
  const installed = join(modules, "pulumi-lvs");
  mkdirSync(installed, { recursive: true });
  await execa("tar", ["-xzf", archive, "-C", installed, "--strip-components=1"]);
  const { dependencies } = z
    .object({ dependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(join(installed, "package.json"), "utf8")));
  for (const name of [...Object.keys(dependencies), "typescript", "@types/node"]) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(inCheckout(`node_modules/${name}`), join(modules, name));
  }
}

/** What a preview would do: operation and type of each resource. */
async function previewed(program: string): Promise<string[]> {
  const { command, env } = await isolatedPulumi(temporaryDirectory());
  const run = (...args: string[]) => execa(command, [...args, "--non-interactive"], { cwd: program, env });
  await run("stack", "init", "test");
  const { stdout } = await run("preview", "--json");
  const { steps } = z
    .object({ steps: z.array(z.object({ op: z.string(), urn: z.string() })) })
    .parse(JSON.parse(stdout));
  return steps.map(({ op, urn }) => `${op} ${urn.split("::")[2]}`).sort();
}
