/** A stack whose extra lines are secrets, on the engine, with hosts that are simulated: what is printed and kept of them. */
import { appendFileSync, copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, it, onTestFinished } from "vitest";
import { stringify } from "yaml";
import { workOn } from "../../bench/cluster.ts";
import { startSimulation } from "../../bench/scale/simulation.ts";
import { inCheckout } from "../fixtures.ts";
import { isolatedPulumi, temporaryDirectory } from "../toolchain/workspace.ts";

it("secret lines are nowhere in clear, and a change of one is seen in a preview", async () => {
  const stack = await simulatedStack();
  const setLines = async (mailbox: string) => {
    for (const section of ["", "virtualServices.web."]) {
      const path = `pulumi-lvs:${section}extraLines.ldirectord[0]`;
      await stack.configured(
        "config",
        "set",
        "--secret",
        "--path",
        path,
        `emailalert = ${mailbox}@example.com`,
      );
    }
  };
  await setLines("hunter1");
  const first = await stack.configured("up", "--yes", "--skip-preview", "--diff");
  const state = await stack.pulumi("stack", "export");
  expect(state).toContain("quiescent = no\\n    [secret]\\n");

  await setLines("hunter2");
  const preview = await stack.configured("preview", "--diff");
  expect(preview).toContain("~ lvs:index:Cluster: (update)");
  expect(preview).toContain("~ lvs:index:Director: (update)");

  const second = await stack.configured("up", "--yes", "--skip-preview");
  const outputs = await stack.pulumi("stack", "output");
  expect([first, state, preview, second, outputs, ...filesBelow(stack.directory)].join("\n")).not.toContain(
    "hunter",
  );
  expect(await stack.configured("config", "--show-secrets")).toContain("hunter2");
});

/** A stack of this project with two real servers and a director; everything that the engine keeps is below `directory`. */
async function simulatedStack() {
  const directory = temporaryDirectory();
  const simulation = await startSimulation(2, 0);
  onTestFinished(() => simulation.close());
  const keyFile = join(directory, "id");
  writeFileSync(keyFile, simulation.privateKey);
  const { settings, plans } = workOn(simulation.hosts, { keyFile, withDirector: true, weight: 1 });
  simulation.reset(plans);

  const { command, env } = await isolatedPulumi(directory);
  const run = async (cwd: string, words: readonly string[]) =>
    (await execa(command, [...words, "--non-interactive"], { cwd, env, all: true })).all;
  // Made outside the checkout, where its file would lie otherwise.
  copyFileSync(inCheckout("Pulumi.yaml"), join(directory, "Pulumi.yaml"));
  await run(directory, ["stack", "init", "test", "--no-select"]);
  const file = join(directory, "Pulumi.test.yaml");
  const config = Object.entries(settings).map(([key, value]) => [`pulumi-lvs:${key}`, value]);
  appendFileSync(file, stringify({ config: Object.fromEntries(config) }));
  const pulumi = (...words: string[]) => run(inCheckout(""), [...words, "--stack", "test"]);
  const configured = (...words: string[]) => pulumi(...words, "--config-file", file);
  return { directory, pulumi, configured };
}

/** The text of every file. */
function filesBelow(directory: string): string[] {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), "utf8"));
}
