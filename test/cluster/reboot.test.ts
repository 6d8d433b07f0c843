import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readStack, withChanges } from "../fixtures.ts";
import { TestStack } from "./stack.ts";

const stack = new TestStack("test-lab-hosts");
const vip = "198.18.37.100";

beforeAll(async () => {
  await stack.begin(
    withChanges(readStack("Pulumi.dev.yaml"), {
      subnet: "198.18.37.0/24",
      "directors.lb1.address": "198.18.37.11",
      "realServers.web1.address": "198.18.37.21",
      "realServers.web2.address": "198.18.37.22",
      "virtualServices.web.address": vip,
    }),
  );
  await stack.must("up");
});

afterAll(() => stack.dispose());

/** What a converged host must have again after it was down. */
const converged = {
  lb1: "ipvsadm -Sn | sort && ip -4 -o address show dev eth0",
  web1: "sysctl net.ipv4.conf.all.arp_ignore net.ipv4.conf.all.arp_announce && ip -4 -o address show dev lo && systemctl is-active apache2",
} as const;

/** Ways to take a host down and up, all of which a host in a rack survives. */
const interruptions = {
  "docker restart": (host: string) => stack.container(host).restart(),
  "a clean docker stop": async (host: string) => {
    const container = stack.container(host);
    await container.stop();
    expect((await container.inspect()).State).toMatchObject({ ExitCode: 0, OOMKilled: false });
    await container.start();
  },
  reboot: async (host: string) => {
    const before = await bootId(host);
    await stack.onHost(host, "systemctl reboot").catch(() => undefined);
    while ((await bootId(host).catch(() => before)) === before) await sleep(200);
  },
};

describe.each(["lb1", "web1"] as const)("lab host %s", (host) => {
  it("runs systemd without a failed unit", async () => {
    expect(await stack.onHost(host, "systemctl is-system-running --wait")).toBe("running\n");
  });

  it("keeps to its memory", async () => {
    const { HostConfig } = await stack.container(host).inspect();
    expect(HostConfig.Memory).toBe(256 * 1024 * 1024);
  });

  it.each(Object.entries(interruptions))(
    "comes back from %s with files and state",
    async (way, interrupt) => {
      const state = await settledState(host);
      await stack.onHost(host, `echo '${way}' >/etc/written`);
      await interrupt(host);
      expect(await stack.onHost(host, "cat /etc/written")).toBe(`${way}\n`);
      await expect.poll(() => settledState(host), { timeout: 60_000, interval: 1000 }).toBe(state);
    },
  );
});

/** When the host's systemd was started: the kernel's own boot id is the machine's where a host runs plain. */
function bootId(host: string): Promise<string> {
  return stack.onHost(host, "systemctl show --property=UserspaceTimestamp --value");
}

function settledState(host: keyof typeof converged): Promise<string> {
  return stack.onHost(host, converged[host]).catch(String);
}
