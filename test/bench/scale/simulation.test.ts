import { once } from "node:events";
import { promisify } from "node:util";
import type { ClientChannel, SFTPWrapper, Stats } from "ssh2";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { workOn } from "../../../bench/cluster.ts";
import { type Simulation, startSimulation } from "../../../bench/scale/simulation.ts";
import { entry } from "../../../model/cluster.ts";
import type { Table } from "../../../model/table.ts";
import { digestOf, renderLauncher, renderScript } from "../../../render/script.ts";
import { runOverSsh } from "../../../ssh/client.ts";
import { connect } from "../../../ssh/connect.ts";
import type { SshTarget } from "../../../ssh/target.ts";

const { readHost } = await vi.importActual<typeof import("../../../reading/readHost.ts")>(
  "../../../reading/readHost.ts",
);

const latencyMs = 300;
let simulation: Simulation;
beforeEach(async () => {
  simulation = await startSimulation(2, latencyMs);
  simulation.reset(plans());
});
afterEach(() => simulation.close());

function plans() {
  return workOn(simulation.hosts, { keyFile: "/tmp/id", withDirector: true, weight: 1 }).plans;
}

function weightsOf(table: Table): number[] {
  return [...table.values()].flatMap(({ destinations }) => destinations.map(({ weight }) => weight));
}

function hostNamed(name: string) {
  const plan = entry(Object.fromEntries(plans().map((each) => [each.host, each])), name);
  const { ssh, hostKey } = entry(Object.fromEntries(simulation.hosts.map((each) => [each.name, each])), name);
  const target: SshTarget = { host: "", ...ssh, hostKey, privateKey: simulation.privateKey };
  return { plan, target };
}

it("has hosts that are read and converged over SSH, each by itself", async () => {
  const { plan, target } = hostNamed("rs1");
  expect((await readHost(target, renderScript(plan), { layScript: true })).held).toBeUndefined();

  const run = await runOverSsh(target, {
    command: "bash -s -- converge",
    stdin: renderLauncher(plan, "0badcafe.0"),
  });
  expect(run).toMatchObject({ exitCode: 0, stdout: `converged ${digestOf(plan)}\n` });

  const { held } = await readHost(target, renderLauncher(plan, "0badcafe.0"));
  expect(held).toEqual({ digest: digestOf(plan), generation: "0badcafe.0" });
  const other = hostNamed("rs2");
  expect((await readHost(other.target, renderScript(other.plan))).held).toBeUndefined();
  expect(simulation.unconverged()).toEqual(["rs2", "lb1"]);
});

it("has hosts that take their time to change", async () => {
  const { client, close } = await connect(hostNamed("rs1").target);
  const started = performance.now();
  const channel = await promisify<ClientChannel>((done) => client.exec("bash -s -- converge", done))();
  channel.resume().end();
  await once(channel, "close");
  expect(performance.now() - started).toBeGreaterThanOrEqual(latencyMs - 1);
  close();
});

it("has hosts that keep what is uploaded", async () => {
  const { target } = hostNamed("rs1");
  const { client, close } = await connect(target);
  const sftp = await promisify<SFTPWrapper>((done) => client.sftp(done))();
  await promisify<void>((done) => sftp.writeFile("/opt/page", "hello", (error) => done(error)))();
  const { size } = await promisify<Stats>((done) => sftp.stat("/opt/page", done))();
  expect(size).toBe(5);
  await expect(promisify<Stats>((done) => sftp.stat("/opt/none", done))()).rejects.toThrow("No such file");
  close();
  const seen = await runOverSsh(target, {
    command: "sh -c 'test -e /opt/page && ( sha1sum /opt/page )'",
  });
  expect(seen.stdout).toBe("aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d  /opt/page\n");
});

it("has new hosts after a reset", async () => {
  const { plan, target } = hostNamed("rs1");
  await runOverSsh(target, {
    command: "bash -s -- converge",
    stdin: renderLauncher(plan, "0badcafe.0"),
  });
  simulation.reset(plans());
  expect((await readHost(target, renderScript(plan))).held).toBeUndefined();
});

it("has hosts that stay as they were until they come to another plan", async () => {
  const { plan, target } = hostNamed("lb1");
  const command = "bash -s -- converge";
  await runOverSsh(target, { command, stdin: renderLauncher(plan, "0badcafe.0") });
  const heavier = workOn(simulation.hosts, { keyFile: "/tmp/id", withDirector: true, weight: 7 }).plans;
  simulation.plan(heavier);
  const tables = async () => {
    const { table, plannedTable } = await readHost(target, renderLauncher(plan, "0badcafe.0"));
    return [table, plannedTable].map((each) => weightsOf(each));
  };
  expect(await tables()).toEqual([
    [1, 1],
    [1, 1],
  ]);
  expect(simulation.unconverged()).toContain("lb1");

  const other = entry(Object.fromEntries(heavier.map((each) => [each.host, each])), "lb1");
  await runOverSsh(target, { command, stdin: renderLauncher(other, "0badcafe.1") });
  expect(await tables()).toEqual([
    [7, 1],
    [7, 1],
  ]);
  expect(simulation.unconverged()).not.toContain("lb1");
});

it("closes with connections open", async () => {
  const { target } = hostNamed("rs1");
  const { client } = await connect(target);
  const closed = once(client, "close");
  await simulation.close();
  await closed;
});
