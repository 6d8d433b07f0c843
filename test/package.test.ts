import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { programExamples } from "./docs/pages.ts";
import { inCheckout } from "./fixtures.ts";
import { isolatedPulumi, temporaryDirectory } from "./toolchain/workspace.ts";

let archive = "";
beforeAll(async () => {
  const args = ["run", "package", "--silent", "--", "--pack-destination", "dist"];
  const { stdout } = await execa("npm", args, { cwd: inCheckout(".") });
  archive = inCheckout(`dist/${stdout.split("\n").at(-1)}`);
});

/** As `pulumi new typescript` makes a project. */
const commonJs = { manifest: {}, runtime: "runtime: nodejs" };
const esModules = {
  manifest: { type: "module" },
  runtime: 'runtime: {name: nodejs, options: {nodeargs: "--import tsx", typescript: false}}\nmain: index.ts',
};
const [whole, parts] = programExamples;

const host = (role: string) => [`lvs:index:${role}`, `lvs:index:${role}$command:remote:Command`];
const hosts = [...host("Director"), ...host("RealServer")];
const ofParts = [...hosts, "lvs:index:VirtualService"];
const ofCluster = [
  "command:local:Command",
  "lvs:index:Cluster",
  ...[...hosts, ...host("RealServer"), "lvs:index:VirtualRouter"].map((type) => `lvs:index:Cluster$${type}`),
  "lvs:index:Cluster$lvs:index:VirtualRouter$pulumi:index:Stash",
];

it.each([
  ["a cluster", "CommonJS", whole, commonJs, ofCluster],
  ["a cluster", "ES modules", whole, esModules, ofCluster],
  ["its parts", "CommonJS", parts, commonJs, ofParts],
])(
  "the documentation's example of %s is a program, of %s: it type-checks, and previews",
  async (_, __, example, { manifest, runtime }, types) => {
    const program = temporaryDirectory();
    await installPackage(program);
    writeFileSync(join(program, "package.json"), JSON.stringify({ ...manifest, main: "index.ts" }));
    writeFileSync(join(program, "Pulumi.yaml"), `name: example\n${runtime}\n`);
    writeFileSync(join(program, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["index.ts"] }));
    writeFileSync(join(program, "index.ts"), example?.text ?? "");

    await execa(inCheckout("node_modules/.bin/tsc"), ["-p", program]);
    const expected = [...types, "pulumi:pulumi:Stack"].map((type) => `create ${type}`);
    expect(await previewed(program)).toEqual(expected.sort());
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

/** What a program of TypeScript installs by itself. */
const ofTheProgram = ["typescript", "@types/node", "tsx"];

/** Puts into a program's `node_modules` what `npm run package` packs, and the packages that it says it needs. */
async function installPackage(program: string): Promise<void> {
  const modules = join(program, "node_modules");
  const installed = join(modules, "pulumi-lvs");
  mkdirSync(installed, { recursive: true });
  await execa("tar", ["-xzf", archive, "-C", installed, "--strip-components=1"]);
  const { dependencies } = z
    .object({ dependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(join(installed, "package.json"), "utf8")));
  for (const name of [...Object.keys(dependencies), ...ofTheProgram]) {
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
