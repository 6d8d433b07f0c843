/**
 * A cluster on other systems than Debian 12: by default a small one on Debian 13, whose hosts have their packages already.
 * PULUMI_LVS_TEST_SYSTEMS=all has two directors on each system that README names, from hosts with nothing but sshd.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { LabHostArgs } from "../../lab/Lab.ts";
import { provideBaseImage } from "../../setup/baseImage.ts";
import { SetupError } from "../../setup/rung.ts";
import { type SystemName, systems } from "../../setup/systems.ts";
import { runOverSsh } from "../../ssh/client.ts";
import { labEngine } from "../fixtures.ts";
import { differences, type Snapshot, snapshotOf } from "./hostSnapshot.ts";
import { removeLeftovers } from "./leftovers.ts";
import { type Machines, startMachines } from "./machines.ts";
import { TestStack } from "./stack.ts";

const isWide = process.env.PULUMI_LVS_TEST_SYSTEMS === "all";
const tried = isWide ? (Object.keys(systems) as SystemName[]) : (["Debian 13"] as const);
/** A guest kernel takes minutes to install packages. */
const image = isWide ? "bare" : "full";

const subnet = "198.18.95.0/24";
const vip = "198.18.95.100";
const director = { name: "lb1", role: "director", address: "198.18.95.11" } as const;
const standby = { name: "lb2", role: "director", address: "198.18.95.12" } as const;
const realServer = { name: "web1", role: "realServer", address: "198.18.95.21" } as const;
const directors = isWide ? [director, standby] : [director];
const hosts = [...directors, realServer];
const machinesStack = "test-systems-machines";

describe.each(tried)("%s", (system) => {
  const directory = mkdtempSync(join(tmpdir(), "pulumi-lvs-systems-"));
  const stack = new TestStack("test-systems");
  const before = new Map<string, Snapshot>();
  let obstacle: string | undefined;
  let machines: Machines;

  function targetOf(name: string) {
    const target = machines.targets[name];
    if (!target) throw new Error(`no machine ${name}`);
    return target;
  }

  beforeAll(async () => {
    obstacle = await obstacleTo(system);
    if (obstacle !== undefined) return;
    await removeLeftovers(machinesStack);
    const base = systems[system].image;
    machines = await startMachines(directory, { stack: machinesStack, subnet, image, base, hosts });
    const privateKeyFile = join(directory, "id_ed25519");
    writeFileSync(privateKeyFile, machines.privateKey, { mode: 0o600 });
    const settingsOf = ({ name, address }: LabHostArgs) => ({
      address,
      ssh: { hostKey: machines.hostKeys[name] },
    });
    const directorSettings = directors.map((host) => [host.name, { ...settingsOf(host), interface: "eth0" }]);
    await stack.begin({
      healthEngine: labEngine,
      subnet,
      ssh: { privateKeyFile },
      directors: Object.fromEntries(directorSettings),
      realServers: { web1: { ...settingsOf(realServer), apache: {} } },
      virtualServices: { web: { address: vip, port: 80, realServers: { web1: {} } } },
    });
    for (const { name } of hosts) before.set(name, await snapshotOf(targetOf(name)));
  });
  beforeEach(({ skip }) => skip(obstacle !== undefined, obstacle));
  afterAll(async () => {
    await stack.dispose();
    await machines?.remove();
    rmSync(directory, { recursive: true, force: true });
  });

  it.each(hosts)("is what $name runs", async ({ name }) => {
    const command = ". /etc/os-release && echo $ID $VERSION_ID";
    const { stdout } = await runOverSsh(targetOf(name), { command });
    expect(stdout).toBe(`${system.toLowerCase()}\n`);
  });

  it("is converged, and answers through the VIP", { timeout: 900_000 }, async () => {
    const { shown } = await stack.must("up", "--yes", "--skip-preview");
    expect(shown).toMatch(/web1 +198\.18\.95\.21 +1 +up/);
    const answer = await fetch(`http://${vip}/`, { signal: AbortSignal.timeout(10_000) });
    expect(await answer.text()).toBe("web1\n");
  });

  it("is left alone by the next up, and shows no drift", async () => {
    const { same: _, ...others } = await stack.changes();
    expect(others).toEqual({});
    await stack.must("drift");
  });

  it("is destroyed", async () => void (await stack.must("destroy", "--yes", "--skip-preview")));

  it.each(hosts)("is given back as it was, but for the packages: $name", async ({ name }) => {
    expect(await differences(targetOf(name), before.get(name) ?? new Map())).toEqual([]);
  });
});

/** Why there are no hosts of it here. */
async function obstacleTo(system: SystemName): Promise<string | undefined> {
  try {
    await provideBaseImage(system);
    return undefined;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return error.message;
  }
}
