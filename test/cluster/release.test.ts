/**
 * What a release has left on hosts and in a stack is taken over by this version while clients use it, and given back.
 * RECORD_RELEASE=VERSION records what this version leaves, as that release.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLoad } from "../../load/load.ts";
import { runOverSsh } from "../../ssh/client.ts";
import { inCheckout, labEngine, type Settings } from "../fixtures.ts";
import { differences, type Snapshot, snapshotOf } from "./hostSnapshot.ts";
import { removeLeftovers } from "./leftovers.ts";
import { type Machines, startMachines } from "./machines.ts";
import { lay, markBefore, record, stackOf } from "./release.ts";
import { TestStack } from "./stack.ts";
import { lightLoad } from "./underLoad.ts";

const recorded = process.env.RECORD_RELEASE;
const releases = recorded ? [recorded] : readdirSync(inCheckout("test/cluster/releases"));

const network = "198.18.86";
const vip = `${network}.100`;
const url = `http://${vip}/`;
const machinesStack = "test-release-machines";
const hosts = [
  { name: "lb1", role: "director", address: `${network}.11` },
  { name: "lb2", role: "director", address: `${network}.12` },
  { name: "web1", role: "realServer", address: `${network}.21` },
  { name: "web2", role: "realServer", address: `${network}.22` },
] as const;
const client = { name: "client", role: "client", address: `${network}.2` } as const;

/** What the kernel chooses from the memory that it has at a boot, what keeps a guest's kernel, and what a unit of ours asked for. */
const ofTheBoot =
  / (sysctl net\.ipv4\.(inet_peer_threshold|(tcp|udp)_[rw]?mem)|content \/root\/\.uml\/lab\/pid|active unit network-pre\.target) /;

describe.each(releases)("%s", (version) => {
  const directory = mkdtempSync(join(tmpdir(), "pulumi-lvs-release-"));
  const stack = new TestStack("test-release");
  const before = new Map<string, Snapshot>();
  let machines: Machines;

  const container = (name: string) => new Docker().getContainer(`pulumi-lvs-${machinesStack}-${name}`);

  async function onHost(name: string, command: string): Promise<string> {
    const target = machines.targets[name];
    if (!target) throw new Error(`no machine ${name}`);
    const { exitCode, stdout, stderr } = await runOverSsh(target, { command });
    if (exitCode !== 0) throw new Error(`${name}: ${command}: exit ${exitCode}\n${stderr}`);
    return stdout;
  }

  function settings(): Settings {
    const ofRole = (role: string) => hosts.filter((host) => host.role === role);
    const described = (role: string, extra: object) =>
      Object.fromEntries(
        ofRole(role).map(({ name, address }) => {
          return [name, { address, ssh: { hostKey: machines.hostKeys[name] }, ...extra }];
        }),
      );
    return {
      healthEngine: labEngine,
      subnet: `${network}.0/24`,
      ssh: { privateKeyFile: join(directory, "id_ed25519") },
      directors: described("director", { interface: "eth0" }),
      realServers: described("realServer", { apache: {} }),
      virtualServices: {
        web: {
          address: vip,
          port: 80,
          healthCheck: { intervalSeconds: 2, timeoutSeconds: 2 },
          realServers: { web1: {}, web2: { weight: 2 } },
        },
      },
    };
  }

  async function pulumi(...args: string[]) {
    await execa("npm", ["run", "--silent", "pulumi", "--", ...args, "--stack", stack.name], {
      cwd: inCheckout(""),
      env: stack.environment,
    });
  }

  const isServed = async () => {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2000) });
    return (await answer.text()).trim();
  };

  beforeAll(async () => {
    await removeLeftovers(machinesStack);
    const lab = {
      stack: machinesStack,
      subnet: `${network}.0/24`,
      image: "full",
      hosts: [...hosts, client],
    } as const;
    machines = await startMachines(directory, lab);
    writeFileSync(join(directory, "id_ed25519"), machines.privateKey, { mode: 0o600 });
    await stack.begin(settings());
    for (const { name, address: host } of hosts) {
      const privateKey = machines.privateKey;
      before.set(
        name,
        await snapshotOf({ host, user: "root", privateKey, hostKey: machines.hostKeys[name] ?? "" }),
      );
    }
    if (!recorded) return;
    await markBefore(machines);
    await stack.must("up", "--yes", "--skip-preview");
    await record(version, machines, await stack.exportedState("--show-secrets"));
    await stack.must("destroy", "--yes", "--skip-preview");
  });

  afterAll(async () => {
    await stack.dispose();
    await machines?.remove();
    rmSync(directory, { recursive: true, force: true });
  });

  it("serves after a restart as it was left", async () => {
    await lay(version, machines);
    await Promise.all(hosts.map(({ name }) => container(name).restart()));
    await expect
      .poll(() => isServed().catch(String), { timeout: 120_000, interval: 500 })
      .toMatch(/^web[12]$/);
    const state = join(directory, "stack.json");
    await pulumi("config");
    writeFileSync(state, JSON.stringify(stackOf(version, machines, await stack.exportedState())));
    await pulumi("stack", "import", "--file", state);
  });

  it("is taken over, and no request is lost", async () => {
    for (const name of ["web1", "web2"]) await onHost(name, "truncate -s 40M /var/www/pulumi-lvs/large");
    const plan = { url, downloadUrl: `${url}large`, keepAliveConnections: 2, ...lightLoad };
    const load = await startLoad(container("client"), plan);
    const { shown } = await stack.must("up", "--yes", "--skip-preview");
    const report = await load.stop();
    expect(report).toMatchObject({ lost: 0, losses: [] });
    expect(report.requests).toBeGreaterThan(300);
    expect(shown).not.toMatch(/ created/);
    expect((await stack.run("drift")).exitCode).toBe(0);
  });

  it("is given back as it was before the first up", async () => {
    for (const name of ["web1", "web2"]) await onHost(name, "rm /var/www/pulumi-lvs/large");
    await stack.must("destroy", "--yes", "--skip-preview");
    for (const { name } of hosts) {
      const target = machines.targets[name];
      const others = target && (await differences(target, before.get(name) ?? new Map()));
      expect(others?.filter((difference) => !ofTheBoot.test(difference))).toEqual([]);
    }
  });
});
