/** Programs of one's own, run by the engine: a virtual router that waits for directors, a cluster with mistakes. */
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inCheckout } from "../fixtures.ts";
import { startServer, type TestServer } from "../ssh/server.ts";
import { isolatedPulumi, temporaryDirectory } from "../toolchain/workspace.ts";

/** Is read where a test needs a host that can be. */
let host: TestServer;
beforeAll(async () => {
  host = await startServer();
});
afterAll(() => host.close());

/** Runs the engine on a program with these statements; `ssh` is a way to a host that can be read. */
async function run(verb: readonly string[], statements: string) {
  const program = temporaryDirectory();
  const { command, env } = await isolatedPulumi(temporaryDirectory());
  symlinkSync(inCheckout("node_modules"), join(program, "node_modules"));
  writeFileSync(join(program, "package.json"), JSON.stringify({ type: "module", main: "index.ts" }));
  writeFileSync(
    join(program, "Pulumi.yaml"),
    'name: example\nruntime: {name: nodejs, options: {nodeargs: "--import tsx", typescript: false}}\nmain: index.ts\n',
  );
  const ssh = {
    host: "127.0.0.1",
    port: host.port,
    hostKey: host.hostKey.public,
    privateKey: host.clientKey.private,
  };
  writeFileSync(
    join(program, "index.ts"),
    `import { output } from "@pulumi/pulumi";
import { local } from "@pulumi/command";
import { Cluster, Director, VirtualRouter } from ${JSON.stringify(inCheckout("components/index.ts"))};
const lb1 = { address: "192.0.2.11", interface: "eth0" };
const lb2 = { address: "192.0.2.12", interface: "eth0" };
const ssh = ${JSON.stringify(ssh)};
${statements}
`,
  );
  const options = { cwd: program, env, all: true, reject: false } as const;
  await execa(command, ["stack", "init", "test", "--non-interactive"], options);
  return execa(command, [...verb, "--non-interactive"], options);
}

/** A virtual router of two directors, of which the first is made. */
const makeFirst = `
const virtualRouter = new VirtualRouter("pair", { directors: { lb1, lb2 } });
const shared = { subnet: "192.0.2.0/24", ssh, virtualRouter, virtualServices: [] };
new Director("lb1", { ...lb1, ...shared });`;
const missing =
  'error: pair: the virtual router names lb2, but no Director "lb2" is given it; make one with virtualRouter, or name it no more';

describe("a virtual router that names a director which the program never makes", () => {
  it.each([
    ["at preview", ["preview"]],
    ["in an update, its other director left as it is", ["up", "--yes", "--skip-preview"]],
  ])("is an error that says so, %s", async (_, verb) => {
    const { exitCode, all } = await run(verb, makeFirst);
    expect(exitCode).not.toBe(0);
    expect(all).toContain(missing);
    expect(all).not.toContain("promises");
    expect(new Set(all.match(/error: .*/g))).toEqual(new Set([missing]));
    expect(host.executions.map(({ command }) => command)).not.toContain("bash -s -- converge");
  });

  it("says nothing of it where the program has failed before", async () => {
    const { all } = await run(["preview"], `${makeFirst}\nnew Director("lb1", { ...lb1, ...shared });`);
    expect(all).toContain("error: lb1: its virtual router has a Director of this name already; make it once");
    expect(all).not.toContain("is given it");
  });
});

describe("a director that is made later", () => {
  it("is waited for", async () => {
    const later =
      'output(new Promise((resolve) => setTimeout(resolve, 2000))).apply(() => new Director("lb2", { ...lb2, ...shared }));';
    const { exitCode, all } = await run(["preview"], `${makeFirst}\n${later}`);
    expect(all).toContain("lvs:index:Director lb2 create");
    expect(exitCode).toBe(0);
  });
});

describe("a cluster with mistakes in its arguments", () => {
  it.each([
    ["at preview, beside what is not known yet", ["preview"], []],
    [
      "in an update, with what is known by then",
      ["up", "--yes", "--skip-preview"],
      ['  edge:realServers.web1.address: given "web1.example.com"; give an IPv4 address such as 192.0.2.10'],
    ],
  ])("ends with all of them and touches no host, %s", async (_, verb, knownByThen) => {
    const { exitCode, all = "" } = await run(
      verb,
      `
const machine = new local.Command("machine", { create: "printf web1.example.com" });
new Cluster("edge", {
  subnet: "192.0.2.0/24",
  directors: { lb1: { ...lb1, ssh } },
  realServers: { web1: { address: machine.stdout, ssh } },
  virtualServices: { web: { address: "192.0.2.300", port: 0, realServers: { web1: {} } } },
});`,
    );
    expect(exitCode).not.toBe(0);
    const lines = [
      ...knownByThen,
      '  edge:virtualServices.web.address: given "192.0.2.300"; give an IPv4 address such as 192.0.2.10',
      "  edge:virtualServices.web.port: given 0; give a port, a whole number from 1 to 65535",
    ];
    expect(all).toContain(`error: the configuration has ${lines.length} mistakes:`);
    expect([...new Set(all.match(/^ *edge:.*/gm)?.map((line) => `  ${line.trim()}`))]).toEqual(lines);
    expect(all).not.toContain("promises");
    expect(host.executions.map(({ command }) => command)).not.toContain("bash -s -- converge");
  });
});
