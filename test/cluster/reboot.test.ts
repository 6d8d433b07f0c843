/** Hosts that go down and come up by themselves: what a converge made is there again, and no real server claims the VIP. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { soloLab } from "../fixtures.ts";
import { watchArp } from "./arpWatch.ts";
import { engine } from "./healthEngine.ts";
import { TestStack } from "./stack.ts";

const stack = new TestStack("test-reboot");
const vip = "198.18.37.100";
const url = `http://${vip}/`;

beforeAll(async () => {
  await stack.begin(soloLab("198.18.37"));
  await stack.must("up");
});

afterAll(() => stack.dispose());

/** What a converged host must have again after it was down. */
const converged = `{ ipvsadm -Sn | sort; ip -4 -o address show | awk '{ print $2, $4 }'; sysctl net.ipv4.conf.all.arp_ignore net.ipv4.conf.all.arp_announce; sysctl -e net.ipv4.vs.expire_nodest_conn; systemctl is-active apache2 ${engine.unit}; } 2>/dev/null || true`;

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
    while ((await bootId(host).catch(() => before)) === before) {
      stack.logOut(host);
      await sleep(200);
    }
  },
};

describe.each(["lb1", "web1", "web2"])("lab host %s", (host) => {
  it("runs systemd without a failed unit", async () => {
    expect(await stack.onHost(host, "systemctl is-system-running --wait")).toBe("running\n");
  });

  it("keeps to its memory", async () => {
    const { HostConfig } = await stack.container(host).inspect();
    expect(HostConfig.Memory).toBe(256 * 1024 * 1024);
  });

  it.each(Object.entries(interruptions))(
    "comes back from %s with files and state, and nobody but the director ever claims the VIP",
    async (way, interrupt) => {
      const state = await stack.onHost(host, converged);
      await stack.onHost(host, `echo '${way}' >/etc/written`);
      const watch = await watchArp(stack, vip);
      await interrupt(host);
      expect(await stack.onHost(host, "cat /etc/written")).toBe(`${way}\n`);
      await eventually(() => stack.onHost(host, converged), state);
      await eventually(async () => stack.onHost(host, "bash -s -- inspect", await scriptOf(host)), "");
      await eventually(() => servedBy(8), "web1 web2");
      expect(await watch.stop()).toEqual(new Set([await macOf("lb1")]));
    },
  );
});

/** When the host's systemd was started: the kernel's own boot id is the machine's where a host runs plain. */
function bootId(host: string): Promise<string> {
  return stack.onHost(host, "systemctl show --property=UserspaceTimestamp --value");
}

async function eventually(read: () => Promise<string>, wanted: string): Promise<void> {
  await expect.poll(() => read().catch(String), { timeout: 90_000, interval: 500 }).toBe(wanted);
}

async function scriptOf(host: string): Promise<string> {
  return (await stack.host(host)).script;
}

async function servedBy(requests: number): Promise<string> {
  return Object.keys(await stack.answers(url, requests))
    .sort()
    .join(" ");
}

async function macOf(host: string): Promise<string | undefined> {
  const { NetworkSettings } = await stack.container(host).inspect();
  return Object.values(NetworkSettings.Networks)[0]?.MacAddress;
}
