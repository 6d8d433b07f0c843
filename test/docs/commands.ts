/** Whether the commands that the documentation gives exist: verbs, options, files, containers. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { inCheckout, readStack } from "../fixtures.ts";
import { importsOf, textOf } from "../sourceText.ts";

const manifest = JSON.parse(readFileSync(inCheckout("package.json"), "utf8")) as {
  readonly version: string;
  readonly scripts: Readonly<Record<string, string>>;
};

/** Programs of a user's machine, with nothing of ours to go wrong. */
const theirs = ["curl", "git", "ssh-keyscan", "sudo"];

const automation = "node_modules/@pulumi/pulumi/automation";

/** The options of Pulumi's CLI that its SDK knows. */
const pulumiOptions = readdirSync(inCheckout(automation))
  .filter((file) => file.endsWith(".js"))
  .flatMap((file) => [...textOf(`${automation}/${file}`).matchAll(/"(--[a-z-]+)/g)])
  .map(([, option = ""]) => option);

/** What is wrong with the commands of a block; nothing where all is well. Throws where it is not shell. */
export function mistakesIn(shell: string): string[] {
  execFileSync("bash", ["-n"], { input: shell });
  const made = [...shell.matchAll(/^cp \S+ (\S+)/gm)].map(([, file]) => file);
  const commands = shell
    .split("\n")
    .map((line) => line.replace(/(^|\s)#.*/, ""))
    .map((line) => line.replace(/< \S+/, ""))
    .flatMap((line) => line.split(/&&|[|;]/))
    .map((command) => command.trim().split(/\s+/))
    .filter(([program]) => program);
  return commands.flatMap((words) => [
    ...mistakesInCommand(words),
    ...words.filter((word) => isOurFile(word) && !made.includes(word) && !existsSync(inCheckout(word))),
  ]);
}

/** What is wrong with one command. */
function mistakesInCommand(words: readonly string[]): string[] {
  const [program = "", ...args] = words;
  if (/^[A-Z_]+=/.test(program)) return mistakesInCommand(args);
  switch (program) {
    case "npm":
      return mistakesInNpm(args);
    case "docker":
      return args[0] === "exec" && labContainers().includes(args[1] ?? "") ? [] : [words.join(" ")];
    case "cp":
      return [];
    default:
      return theirs.includes(program) ? [] : [`unknown program ${program}`];
  }
}

function mistakesInNpm([verb = "", ...args]: readonly string[]): string[] {
  if (verb === "ci") return [];
  if (verb === "install") return args[0] === `PATH/pulumi-lvs-${manifest.version}.tgz` ? [] : args;
  const [script = "", ...rest] = verb === "run" ? args : [verb, ...args];
  if (!(script in manifest.scripts)) return [`no npm script ${script}`];
  const known = optionsOf(script);
  return rest
    .filter((word) => /^-./.test(word) && word !== "--")
    .filter((word) => !known.has(word.replace(/=.*/, "")))
    .map((option) => `${script} has no ${option}`);
}

/** The options of an `npm run` verb: those that its program declares, and Pulumi's where it hands them on. */
function optionsOf(script: string): ReadonlySet<string> {
  const [, program] = /^node .* (\S+\.ts)$/.exec(manifest.scripts[script] ?? "") ?? [];
  if (program === undefined) return new Set();
  const imported = importsOf(program).filter(({ isOurs }) => isOurs);
  const sources = [program, ...imported.map(({ to }) => to)].map(textOf);
  const declared = sources.flatMap((text) => [...text.matchAll(/\.option\(\s*"(?:-\w, )?(--[\w-]+)/g)]);
  const handsOn = /pulumiArgs|process\.argv/.test(textOf(program));
  return new Set([...declared.map(([, option = ""]) => option), ...(handsOn ? pulumiOptions : [])]);
}

function isOurFile(word: string): boolean {
  return /^[\w./-]+\.(yaml|md|ts)$/.test(word);
}

/** Names of the containers of the stack `dev`. */
function labContainers(): string[] {
  const { directors, realServers } = readStack("Pulumi.dev.yaml");
  const names = [directors, realServers].flatMap((hosts) => Object.keys(hosts as object));
  return [...names, "client"].map((name) => `pulumi-lvs-dev-${name}`);
}
