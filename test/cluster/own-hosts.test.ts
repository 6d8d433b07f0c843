/** Existing hosts with nothing but sshd: packages are installed, faults change nothing, and destroy gives the hosts back. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import ssh from "ssh2";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { runOverSsh } from "../../ssh/client.ts";
import type { SshTarget } from "../../ssh/target.ts";
import { type Settings, withChanges } from "../fixtures.ts";
import { differences, type Snapshot, snapshotOf } from "./hostSnapshot.ts";
import { removeLeftovers } from "./leftovers.ts";
import { type Machines, startMachines } from "./machines.ts";
import { TestStack } from "./stack.ts";

const subnet = "198.18.91.0/24";
const vip = "198.18.91.100";
const addresses = { lb1: "198.18.91.11", web1: "198.18.91.21", web2: "198.18.91.22" };
type HostName = keyof typeof addresses;

const directory = mkdtempSync(join(tmpdir(), "pulumi-lvs-own-hosts-"));
const keyFile = join(directory, "id_ed25519");
const stack = new TestStack("test-own-hosts");
let machines: Machines;
let settings: Settings;
let before: Record<HostName, string>;
let wholly: Record<HostName, Snapshot>;

/** What a run that fails must leave as it was: files, addresses, ARP settings, running units. */
const snapshot = `
  cd / && find etc usr/local -xdev \\( -type f -o -type l \\) ! -name '*.swp' -exec sha256sum {} + 2>/dev/null | sort -k 2
  ip -4 -o address show | awk '{ print $2, $4 }'
  sysctl net.ipv4.conf.all.arp_ignore net.ipv4.conf.all.arp_announce
  find / -xdev -name '*pulumi-lvs*' 2>/dev/null
  systemctl list-units --type=service --state=running --no-legend --plain | awk '{ print $1 }' | grep -v session`;

function targetOf(name: HostName): SshTarget {
  const target = machines.targets[name];
  if (!target) throw new Error(`no machine ${name}`);
  return target;
}

async function onHost(name: HostName, command: string): Promise<string> {
  const { exitCode, stdout, stderr } = await runOverSsh(targetOf(name), { command });
  if (exitCode !== 0) throw new Error(`${name}: ${command}: exit ${exitCode}\n${stdout}${stderr}`);
  return stdout;
}

/** What `up` says when it fails, and that `hosts` are as before. */
async function failureOf(changes: Settings, ...hosts: HostName[]): Promise<string> {
  stack.configure(withChanges(settings, changes));
  const { exitCode, shown } = await stack.run("up", "--yes", "--skip-preview");
  expect(exitCode).not.toBe(0);
  for (const name of hosts) expect(await onHost(name, snapshot)).toBe(before[name]);
  return shown;
}

/** A fault of web1, with web2 left out. */
async function failureOfWeb1(changes: Settings): Promise<string> {
  const web1 = Object.entries(changes).map(([key, value]) => [`realServers.web1.${key}`, value]);
  const withoutWeb2 = { "realServers.web2": undefined, "virtualServices.web.realServers.web2": undefined };
  return failureOf({ ...withoutWeb2, ...Object.fromEntries(web1) }, "web1");
}

/** Runs `test` on web1 as `prepare` has changed it, and puts it back by `restore`. */
async function withWeb1Changed(prepare: string, restore: string, test: () => Promise<void>): Promise<void> {
  const asItWas = before.web1;
  await onHost("web1", prepare);
  before.web1 = await onHost("web1", snapshot);
  await test();
  await onHost("web1", restore);
  before.web1 = asItWas;
}

beforeAll(async () => {
  const hosts = (Object.keys(addresses) as HostName[]).map((name) => ({
    name,
    address: addresses[name],
    role: name === "lb1" ? ("director" as const) : ("realServer" as const),
  }));
  await removeLeftovers("test-machines");
  machines = await startMachines(directory, { stack: "test-machines", subnet, hosts });
  writeFileSync(keyFile, machines.privateKey, { mode: 0o600 });
  settings = {
    subnet,
    ssh: { privateKeyFile: keyFile },
    directors: { lb1: { address: addresses.lb1, ssh: { hostKey: machines.hostKeys.lb1 } } },
    realServers: {
      web1: { address: addresses.web1, apache: {}, ssh: { hostKey: machines.hostKeys.web1 } },
      web2: { address: addresses.web2, apache: {}, ssh: { hostKey: machines.hostKeys.web2, user: "deploy" } },
    },
    virtualServices: {
      web: {
        address: vip,
        port: 80,
        healthCheck: { intervalSeconds: 2, timeoutSeconds: 2 },
        realServers: { web1: {}, web2: {} },
      },
    },
  };
  // web2 is reached as a user who runs sudo.
  await onHost(
    "web2",
    "apt-get -qq update && apt-get -qq install -y sudo >/dev/null && useradd -m -s /bin/bash deploy",
  );
  await onHost("web2", "cp -r /root/.ssh /home/deploy/ && chown -R deploy:deploy /home/deploy/.ssh");
  before = {
    lb1: await onHost("lb1", snapshot),
    web1: await onHost("web1", snapshot),
    web2: await onHost("web2", snapshot),
  };
  wholly = {
    lb1: await snapshotOf(targetOf("lb1")),
    web1: await snapshotOf(targetOf("web1")),
    web2: await snapshotOf(targetOf("web2")),
  };
});

afterAll(async () => {
  await stack.dispose();
  await machines?.remove();
  rmSync(directory, { recursive: true, force: true });
});

describe("a fault before anything works", () => {
  it("a host with another key than the pinned one is not spoken to", async () => {
    const said = await failureOfWeb1({ "ssh.hostKey": machines.hostKeys.web2 });
    expect(said).toMatch(/198\.18\.91\.21:22.*host key/);
  });

  it("a key that the host does not accept", async () => {
    const wrongKey = join(directory, "wrong");
    writeFileSync(wrongKey, ssh.utils.generateKeyPairSync("ecdsa", { bits: 256 }).private);
    expect(await failureOfWeb1({ "ssh.privateKeyFile": wrongKey })).toMatch(/198\.18\.91\.21:22/);
  });

  it("a host that does not answer", async () => {
    const said = await failureOfWeb1({ address: "198.18.91.99", "ssh.dialAttempts": 2 });
    expect(said).toMatch(/198\.18\.91\.99:22/);
  });

  it("an address that the host does not have", async () => {
    const said = await failureOfWeb1({ address: "198.18.91.99", "ssh.host": addresses.web1 });
    expect(said).toContain(
      "no interface has 198.18.91.99, not one of this host; correct the address or the interface",
    );
  });

  it("a system that is not supported", async () => {
    const release = "ID=fedora\nVERSION_ID=42\nPRETTY_NAME='Fedora 42'\n";
    await withWeb1Changed(
      `cp -P /etc/os-release /root/ && rm /etc/os-release && printf "${release.replaceAll("\n", "\\n")}" >/etc/os-release`,
      "mv -f /root/os-release /etc/os-release",
      async () => {
        const said = await failureOfWeb1({});
        expect(said).toContain("Fedora 42 is not supported; use Debian 12 or 13, or Ubuntu 22.04 or 24.04");
      },
    );
  });

  it("a package mirror that is down", async () => {
    await withWeb1Changed(
      "cp -a /etc/resolv.conf /root/ && printf 'nameserver 198.18.91.250\\noptions timeout:1 attempts:1\\n' >/etc/resolv.conf && rm -rf /var/lib/apt/lists/*",
      "cat /root/resolv.conf >/etc/resolv.conf && rm /root/resolv.conf",
      async () => {
        const said = await failureOfWeb1({});
        expect(said).toContain("cannot install apache2 (see above); is this host's package mirror up?");
      },
    );
  });

  it("a user who may not run sudo", async () => {
    const said = await failureOf({}, "web2");
    expect(said).toContain("deploy must be root or run sudo without a password here");
  });

  it("and none of them touches the director", async () => {
    expect(await onHost("lb1", snapshot)).toBe(before.lb1);
  });
});

describe("bare hosts", () => {
  /** As a kill leaves dpkg: before what a package needs is there, and with a note of what it was about to do. */
  const halfDone = {
    web1: "apt-get -qq update && apt-get -qq -y -d --no-install-recommends install apache2 && dpkg --unpack /var/cache/apt/archives/apache2_*.deb",
    web2: ": >/var/lib/dpkg/updates/0000",
  };

  it("get their packages and serve, also where dpkg was killed before", async () => {
    await onHost("web2", "echo 'deploy ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/deploy");
    await onHost("web1", halfDone.web1);
    await onHost("web2", halfDone.web2);
    before.web2 = await onHost("web2", snapshot);
    stack.configure(settings);
    const { shown } = await stack.must("up", "--yes", "--skip-preview");
    expect(shown).toMatch(/web1 +198\.18\.91\.21 +1 +up/);
    expect(shown).toMatch(/web2 +198\.18\.91\.22 +1 +up/);
  });

  it("have ipvsadm's questions answered: no rules at boot, no sync daemon", async () => {
    const settingsFile = await onHost("lb1", "grep -E '^(AUTO|DAEMON)=' /etc/default/ipvsadm");
    expect(settingsFile.split("\n").sort().join("\n").trim()).toBe('AUTO="false"\nDAEMON="none"');
    const answers = await onHost("lb1", "debconf-show ipvsadm");
    expect(answers).toContain("ipvsadm/auto_load_rules: false");
    expect(answers).toContain("ipvsadm/daemon_method: none");
  });

  it("are as planned, and a second up has nothing to do", async () => {
    const { same: _, ...others } = await stack.changes();
    expect(others).toEqual({});
  });
});

describe("an SSH agent and a jump host", () => {
  it("lead to the same hosts, where nothing has to be done", async () => {
    const socket = join(directory, "agent");
    const agent = execa("ssh-agent", ["-D", "-a", socket], { reject: false });
    await vi.waitFor(() => execa("ssh-add", [keyFile], { env: { SSH_AUTH_SOCK: socket } }), {
      timeout: 10_000,
    });
    stack.agentSocket = socket;
    const jump = { host: addresses.lb1, hostKey: machines.hostKeys.lb1 };
    stack.configure(withChanges(settings, { ssh: { agent: true }, "realServers.web1.ssh.jump": jump }));

    const { shown } = await stack.must("up", "--yes", "--skip-preview");

    stack.agentSocket = "";
    agent.kill();
    expect(shown).toMatch(/Command web1 updated/);
    expect(shown).not.toMatch(/web1: (file|unit|sysctl|vip) /);
    expect(shown).toMatch(/web1 +real server +198\.18\.91\.21 +as planned/);
  });
});

describe("a real server that cannot be reached", () => {
  const unreachable = { "ssh.dialAttempts": 1, "realServers.web2.ssh.port": 9 };

  it("is named, and the director takes the change all the same", async () => {
    const shares = { "virtualServices.web.realServers.web1.weight": 4 };
    const shown = await failureOf({ ...unreachable, ...shares });
    expect(shown).toContain("web2 is left as it is: 198.18.91.22:9 is not reachable");
    expect(await onHost("lb1", "ipvsadm -Sn")).toContain(`${addresses.web1}:80 -g -w 4`);
  });

  it("gets no new service, as nothing tells whether it is silent there", async () => {
    const rules = await onHost("lb1", "ipvsadm -Sn");
    const mail = { address: "198.18.91.101", port: 80, realServers: { web2: {} } };
    const shown = await failureOf({ ...unreachable, "virtualServices.mail": mail });
    expect(shown).toContain(
      "lb1 is left as it is: web2, new in tcp 198.18.91.101:80, cannot be read (see there)",
    );
    expect(await onHost("lb1", "ipvsadm -Sn")).toBe(rules);
  });
});

describe("a director whose disk is full", () => {
  it("keeps serving as before, says so, and takes the change once there is room", async () => {
    const rules = await onHost("lb1", "ipvsadm -Sn");
    await onHost(
      "lb1",
      "dd if=/dev/zero of=/fill bs=1M status=none; dd if=/dev/zero of=/fill2 bs=1k status=none; test -s /fill",
    );
    stack.configure(withChanges(settings, { "virtualServices.web.realServers.web1.weight": 9 }));
    const { exitCode, shown } = await stack.run("up", "--yes", "--skip-preview");
    await onHost("lb1", "rm -f /fill /fill2");
    expect(exitCode).not.toBe(0);
    expect(shown).toContain("No space left on device");
    expect(await onHost("lb1", "ipvsadm -Sn")).toBe(rules);
    await stack.must("up", "--yes", "--skip-preview");
    expect(await onHost("lb1", "ipvsadm -Sn")).toContain(`${addresses.web1}:80 -g -w 9`);
  });
});

describe("destroy", () => {
  beforeAll(async () => void (await stack.must("destroy", "--yes", "--skip-preview")));

  it.each(["lb1", "web1", "web2"] as const)("gives %s back as it was, but for the packages", async (name) => {
    if (name === "web2") await onHost("web2", "rm /etc/sudoers.d/deploy");
    expect(await differences(targetOf(name), wholly[name])).toEqual([]);
  });
});
