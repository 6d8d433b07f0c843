/** A CLI that has no plugins and cannot download any, as on PATH of a machine that reaches package registries alone. */
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { local } from "@pulumi/command";
import { LocalWorkspace, PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import { expect, test } from "vitest";
import { providePlugins } from "../../setup/plugins.ts";
import { providePulumi } from "../../setup/pulumi.ts";
import { temporaryDirectory } from "./workspace.ts";

test("a program runs on this project's plugins, and the user's Pulumi home gets none", async () => {
  const found = await providePulumi();
  const home = join(temporaryDirectory(), "home");
  const backend = join(home, "..", "backend");
  mkdirSync(backend);
  const env = {
    PULUMI_HOME: home,
    PULUMI_BACKEND_URL: `file://${backend}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // Nobody listens there, so that this is the same where the download host is within reach.
    HTTPS_PROXY: "http://127.0.0.1:1",
  };
  const cli = await providePlugins({ ...found, env, rung: "path" }, ["command"]);

  const program = async () => ({ said: new local.Command("here", { create: "echo hello" }).stdout });
  const stack = await LocalWorkspace.createStack(
    { stackName: "test", projectName: "contract", program },
    {
      pulumiCommand: await PulumiCommand.get(
        found.command === "pulumi" ? {} : { root: dirname(dirname(found.command)), skipVersionCheck: true },
      ),
      pulumiHome: home,
      envVars: cli.env,
    },
  );
  const { outputs, stdout } = await stack.up();
  expect(outputs.said?.value).toBe("hello");
  expect(stdout).toContain(`using pulumi-resource-command from $PATH at ${cli.env.PATH?.split(":").at(-1)}`);
  expect(existsSync(join(home, "plugins", "resource-command-v1.2.1"))).toBe(false);
});
