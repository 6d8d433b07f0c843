/** Many hosts behind one jump host with sshd's default settings: every verb reaches all of them, over one connection. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { LabHostArgs } from "../../lab/Lab.ts";
import { runOverSsh } from "../../ssh/client.ts";
import { removeLeftovers } from "./leftovers.ts";
import { type Machines, startMachines } from "./machines.ts";
import { TestStack } from "./stack.ts";

const subnet = "198.18.42.0/24";
const machinesStack = "test-jump-machines";
const jumpHost: LabHostArgs = { name: "jump", role: "realServer", address: "198.18.42.9" };
const director: LabHostArgs = { name: "lb1", role: "director", address: "198.18.42.11" };
/** From the eleventh login under way on sshd drops some (MaxStartups). */
const realServers = Array.from(
  { length: Number(process.env.PULUMI_LVS_TEST_HOSTS ?? 11) },
  (_, index): LabHostArgs => ({
    name: `web${index + 1}`,
    role: "realServer",
    address: `198.18.42.${21 + index}`,
  }),
);

const directory = mkdtempSync(join(tmpdir(), "pulumi-lvs-jump-"));
const stack = new TestStack("test-jump");
let machines: Machines;

/** How often the jump host has let somebody in, by its journal, while `work` was done. */
async function loginsDuring<T>(work: () => Promise<T>): Promise<[T, number]> {
  const before = await logins();
  const result = await work();
  // Reading the journal is a login itself.
  return [result, (await logins()) - before - 1];
}

async function logins(): Promise<number> {
  const target = machines.targets.jump;
  if (!target) throw new Error("no jump host");
  const { stdout } = await runOverSsh(target, {
    command: "journalctl -u ssh | grep -c 'Accepted publickey'",
  });
  return Number(stdout);
}

beforeAll(async () => {
  await stack.begin({});
  await removeLeftovers(machinesStack);
  const hosts = [jumpHost, director, ...realServers];
  machines = await startMachines(directory, { stack: machinesStack, subnet, image: "full", hosts });
  const keyFile = join(directory, "id_ed25519");
  writeFileSync(keyFile, machines.privateKey, { mode: 0o600 });
  const settingsOf = ({ name, address }: LabHostArgs) =>
    [name, { address, ssh: { hostKey: machines.hostKeys[name] } }] as const;
  stack.configure({
    subnet,
    ssh: {
      privateKeyFile: keyFile,
      jump: { host: jumpHost.address, hostKey: machines.hostKeys.jump },
    },
    directors: Object.fromEntries([settingsOf(director)]),
    realServers: Object.fromEntries(realServers.map(settingsOf)),
    virtualServices: {
      web: {
        address: "198.18.42.200",
        port: 80,
        healthCheck: { type: "none" },
        realServers: Object.fromEntries(realServers.map(({ name }) => [name, {}])),
      },
    },
  });
});

afterAll(async () => {
  await stack.dispose();
  await machines?.remove();
  rmSync(directory, { recursive: true, force: true });
});

it("preview reads them all", async () => {
  const [{ shown }, times] = await loginsDuring(() => stack.must("preview"));
  expect(shown).not.toContain("cannot be read");
  expect(times).toBe(1);
});

it("up converges them all", async () => {
  const { shown } = await stack.must("up", "--yes", "--skip-preview");
  expect(shown.match(/ (director|real server) .* as planned/g)).toHaveLength(1 + realServers.length);
});

it("status and drift ask them all", async () => {
  for (const verb of ["status", "drift"]) {
    const [{ stdout }, times] = await loginsDuring(() => stack.must(verb, "--json"));
    expect(stdout).not.toContain("unreachable");
    expect(times).toBe(1);
  }
});
