import { accessSync, chmodSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { inspectPlugins, providePlugins } from "../../setup/plugins.ts";
import type { PulumiCli } from "../../setup/pulumi.ts";

let folder: string;
let cli: PulumiCli;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pulumi-lvs-plugins-"));
  cli = { command: join(folder, "pulumi"), env: { A: "b" }, rung: "path", version: "3.259.0" };
  vi.stubEnv("XDG_CACHE_HOME", join(folder, "cache"));
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const command = { kind: "resource", name: "command", version: "1.2.1" };
const docker = { kind: "resource", name: "docker", version: "5.2.0" };

/** A CLI with these plugins; `download` is what its installing another does. */
function pulumiWith(plugins: readonly object[], download = "exit 0"): void {
  writeFileSync(
    cli.command,
    `#!/bin/sh
echo "$*" >>"${folder}/calls"
case "$2" in
  ls) echo '${JSON.stringify(plugins)}' ;;
  install) ${download} ;;
esac
`,
  );
  chmodSync(cli.command, 0o755);
}

const unreachable = `{
  echo 'warning: Error downloading plugin: Get "https://get.pulumi.com/x.tar.gz": dial tcp: no such host' >&2
  echo 'error: failed all 5 attempts' >&2
  exit 255
}`;

const calls = () => readFileSync(join(folder, "calls"), "utf8").trim().split("\n");
const shown = () =>
  vi
    .mocked(process.stderr.write)
    .mock.calls.map(([text]) => text)
    .join("");

describe("the plugins of a CLI", () => {
  it("are left alone where they are there", async () => {
    pulumiWith([command, docker]);
    expect(await providePlugins(cli, ["command", "docker"])).toBe(cli);
    expect(calls()).toEqual(["plugin ls --json"]);
    expect(shown()).toBe("");
  });

  it("are downloaded where one is missing, or there in another version", async () => {
    pulumiWith([
      { ...command, version: "1.2.0" },
      { ...docker, kind: "language" },
    ]);
    expect(await providePlugins(cli, ["command", "docker"])).toBe(cli);
    expect(calls().slice(1)).toEqual([
      "plugin install resource command 1.2.1",
      "plugin install resource docker 5.2.0",
    ]);
  });

  it("are this project's own where one cannot be downloaded, which is said", async () => {
    pulumiWith([command], unreachable);
    const { env } = await providePlugins(cli, ["command", "docker"]);
    const [first, ...others] = (process.env.PATH ?? "").split(delimiter);
    const path = env.PATH?.split(delimiter) ?? [];
    expect(path.slice(0, -1)).toEqual([first, ...others]);
    accessSync(join(path.at(-1) ?? "", "pulumi-resource-docker"), constants.X_OK);
    expect(env).toMatchObject({ A: "b", PULUMI_IGNORE_AMBIENT_PLUGINS: "false" });
    accessSync(join(env.PULUMI_LVS_TOOLCHAIN ?? "", "docker.cjs"));
    expect(shown()).toContain(
      "It cannot be downloaded (dial tcp: no such host): this project's own docker plugin stands in",
    );
  });

  it("are downloaded again by the next run, which then uses none of this project's own", async () => {
    pulumiWith([], unreachable);
    expect((await providePlugins(cli, ["command"])).env).toHaveProperty("PULUMI_LVS_TOOLCHAIN");
    pulumiWith([]);
    expect((await providePlugins(cli, ["command"])).env).toEqual(cli.env);
  });

  it("are not asked for where the CLI was built with them", async () => {
    const built = { ...cli, rung: "go" as const };
    expect(await providePlugins(built, ["command"])).toBe(built);
  });
});

it("tells the doctor which plugins are there, and what would become of the others", async () => {
  pulumiWith([command]);
  expect(await inspectPlugins(cli)).toEqual([
    { what: "Pulumi plugin command", present: true, detail: "1.2.1" },
    {
      what: "Pulumi plugin docker",
      present: false,
      detail:
        "a lab needs it; 5.2.0 would be downloaded, or where that is out of reach this project's own would stand in",
    },
  ]);
  expect(calls()).toEqual(["plugin ls --json"]);
});
