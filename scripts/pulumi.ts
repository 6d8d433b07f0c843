/** `npm run pulumi -- ARGS`: runs whichever CLI the set-up found, on the backend the other scripts use. */
import { execa } from "execa";
import { backendEnvironment, isOperation, openStack, runAttached, runPulumi } from "../setup/backend.ts";
import { projectDirectory } from "../setup/directories.ts";
import { providePlugins } from "../setup/plugins.ts";
import { type PulumiCli, providePulumi } from "../setup/pulumi.ts";
import { endWith, pluginsOf } from "./stackVerb.ts";

const args = process.argv.slice(2);
await endWith(async () => passOn(await providePulumi()));

async function passOn(cli: PulumiCli): Promise<number> {
  const env = { ...cli.env, ...(await backendEnvironment()) };
  const stack = namedStack() ?? (await selectedStack(cli, env)) ?? "dev";
  if (isOperation(args)) {
    return runPulumi(await openStack(await providePlugins(cli, pluginsOf(stack)), stack), args);
  }
  if (args[0] === "config") return runPulumi(await openStack(cli, stack), args);
  return runAttached(cli, { ...env, PULUMI_STACK: stack }, args);
}

/** The stack that the arguments or the environment name. */
function namedStack(): string | undefined {
  const at = args.findIndex((arg) => arg === "--stack" || arg === "-s");
  const joined = args.find((arg) => arg.startsWith("--stack="));
  return joined?.slice("--stack=".length) ?? (at >= 0 ? args[at + 1] : process.env.PULUMI_STACK);
}

/** The stack chosen with `pulumi stack select`. */
async function selectedStack(cli: PulumiCli, env: Record<string, string>): Promise<string | undefined> {
  const options = { cwd: projectDirectory, env, reject: false } as const;
  const { stdout, failed } = await execa(cli.command, ["stack", "--show-name"], options);
  return failed ? undefined : stdout.trim() || undefined;
}
