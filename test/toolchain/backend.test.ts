/** Where the state of a stack lives, and that the checkout stays as it was. */
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { backendEnvironment, isOperation, openStack, readPulumi } from "../../setup/backend.ts";
import { projectDirectory } from "../../setup/directories.ts";
import { providePulumi } from "../../setup/pulumi.ts";
import { temporaryDirectory } from "./workspace.ts";

let home: string;
beforeEach(() => {
  home = temporaryDirectory();
  vi.stubEnv("XDG_STATE_HOME", home);
  vi.stubEnv("PULUMI_CREDENTIALS_PATH", home);
  for (const name of ["PULUMI_BACKEND_URL", "PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE_FILE"]) {
    vi.stubEnv(name, "");
  }
  vi.stubEnv("PULUMI_CONFIG_PASSPHRASE", undefined);
});
afterEach(() => vi.unstubAllEnvs());

test("without a login the state is in files, under a passphrase only the user can read", async () => {
  const env = await backendEnvironment();
  expect(env.PULUMI_BACKEND_URL).toBe(`file://${join(home, "pulumi-lvs", "backend")}`);
  const file = env.PULUMI_CONFIG_PASSPHRASE_FILE ?? "";
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const made = readFileSync(file, "utf8");
  expect(made.trim()).toHaveLength(43);
  await backendEnvironment();
  expect(readFileSync(file, "utf8")).toBe(made);
});

test("a backend the user has chosen is left alone", async () => {
  vi.stubEnv("PULUMI_BACKEND_URL", "s3://states");
  expect(await backendEnvironment()).toEqual({});
  vi.stubEnv("PULUMI_BACKEND_URL", "");
  writeFileSync(join(home, "credentials.json"), '{ "current": "https://pulumi.example.org" }');
  expect(await backendEnvironment()).toEqual({});
});

test("a user who has logged out gets the files again", async () => {
  writeFileSync(join(home, "credentials.json"), '{ "accessTokens": {} }');
  expect(await backendEnvironment()).toHaveProperty("PULUMI_BACKEND_URL");
});

test("opening a stack creates it once and does not touch its settings in the checkout", async () => {
  const settings = join(projectDirectory, "Pulumi.dev.yaml");
  const before = readFileSync(settings, "utf8");
  const cli = await providePulumi();
  const stack = await openStack(cli, "dev");
  const created = JSON.parse(await readPulumi(stack, ["stack", "export"]));
  expect(created.deployment.secrets_providers.type).toBe("passphrase");

  const again = await openStack(cli, "dev");
  expect(JSON.parse(await readPulumi(again, ["stack", "export"]))).toEqual(created);
  const secret = ["--config-file", again.configFile ?? "", "config", "set", "--secret", "probe", "hush"];
  await readPulumi(again, secret);
  expect(readFileSync(again.configFile ?? "", "utf8")).toContain(
    created.deployment.secrets_providers.state.salt,
  );
  expect(readFileSync(settings, "utf8")).toBe(before);
});

test("the engine works at many hosts at once, or at as many as the user says", async () => {
  const cli = await providePulumi();
  vi.stubEnv("PULUMI_PARALLEL", undefined);
  expect((await openStack(cli, "dev")).env).toMatchObject({ PULUMI_PARALLEL: "128" });
  vi.stubEnv("PULUMI_PARALLEL", "3");
  expect((await openStack(cli, "dev")).env).toMatchObject({ PULUMI_PARALLEL: "3" });
});

test("a stack without a settings file is refused by name", async () => {
  const cli = await providePulumi();
  await expect(openStack(cli, "tset")).rejects.toThrow("Pulumi.tset.yaml is missing");
});

test.each([
  [["up", "--yes"], true],
  [["--logtostderr", "preview"], true],
  [["up", "--config-file", "mine.yaml"], false],
  [["config", "set", "a", "b"], false],
  [["stack", "output"], false],
])("%j reads the settings file: %s", (args, expected) => {
  expect(isOperation(args)).toBe(expected);
});
