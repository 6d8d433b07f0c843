/** The ladder to each plugin that the program needs: the one the CLI has, else its download, else this project's own. */
import { execa } from "execa";
import { z } from "zod";
import type { PulumiCli } from "./pulumi.ts";
import { type Finding, report, reportLongWork } from "./rung.ts";
import { type PluginName, pluginVersion, standInsOnPath } from "./standIns.ts";

const installedPlugins = z.array(z.object({ name: z.string(), kind: z.string(), version: z.string() }));

/** The CLI with these plugins, getting what it lacks; says in one line where it got one. A CLI built here has them. */
export async function providePlugins(cli: PulumiCli, wanted: readonly PluginName[]): Promise<PulumiCli> {
  if (cli.rung === "go") return cli;
  const missing = await missingPlugins(cli, wanted);
  const unavailable: PluginName[] = [];
  for (const plugin of missing) if (!(await download(cli, plugin))) unavailable.push(plugin);
  if (unavailable.length === 0) return cli;
  return { ...cli, env: { ...cli.env, ...(await standInsOnPath(unavailable)) } };
}

/** What the doctor says about the plugins of a CLI; changes nothing. */
export async function inspectPlugins(cli: Pick<PulumiCli, "command" | "env">): Promise<Finding[]> {
  const wanted = ["command", "docker"] as const;
  const missing = await missingPlugins(cli, wanted);
  return Promise.all(
    wanted.map(async (plugin) => {
      const what = `Pulumi plugin ${plugin}`;
      const version = await pluginVersion(plugin);
      if (!missing.includes(plugin)) return { what, present: true, detail: version };
      const need = plugin === "docker" ? "a lab needs it" : "every stack needs it";
      const detail = `${need}; ${version} would be downloaded, or where that is out of reach this project's own would stand in`;
      return { what, present: false, detail };
    }),
  );
}

/** Those that the CLI would have to download. */
async function missingPlugins(
  { command, env }: Pick<PulumiCli, "command" | "env">,
  wanted: readonly PluginName[],
): Promise<PluginName[]> {
  const { stdout } = await execa(command, ["plugin", "ls", "--json"], { env });
  const installed = installedPlugins.parse(JSON.parse(stdout));
  const versions = await Promise.all(wanted.map(pluginVersion));
  return wanted.filter(
    (plugin, at) =>
      !installed.some(
        ({ kind, name, version }) => kind === "resource" && name === plugin && version === versions[at],
      ),
  );
}

async function download({ command, env }: PulumiCli, plugin: PluginName): Promise<boolean> {
  const version = await pluginVersion(plugin);
  const failure = await reportLongWork(`Downloading the Pulumi plugin ${plugin} ${version}`, async () => {
    const args = ["plugin", "install", "resource", plugin, version];
    const { failed, stderr } = await execa(command, args, { env, reject: false });
    return failed ? stderr : undefined;
  });
  if (failure === undefined) return true;
  // The CLI says it once for each of its attempts, and ends with how many these were.
  const reason = /^warning: .*": (.*)$/m.exec(failure)?.[1] ?? failure.trim().split("\n").at(-1);
  report(`It cannot be downloaded (${reason}): this project's own ${plugin} plugin stands in`);
  return false;
}
