/** The whole product on the lab: real engine, real IPVS, real ldirectord, real Apache, over real SSH. */
import Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Settings, soloLab, withChanges } from "../fixtures.ts";
import { TestStack } from "./stack.ts";

const vip = "198.18.90.100";
const url = `http://${vip}/`;
const stack = new TestStack("test-lab");
const settings = soloLab("198.18.90");

const weight = (server: string, value: number): Settings => ({
  [`virtualServices.web.realServers.${server}.weight`]: value,
});

async function macOf(host: string): Promise<string | undefined> {
  const { NetworkSettings } = await stack.container(host).inspect();
  return Object.values(NetworkSettings.Networks)[0]?.MacAddress;
}

/** Hardware addresses of every host that answers an ARP request for the VIP, not just of the first. */
async function arpAnswers(): Promise<Set<string>> {
  const answers = await stack.fromClient(`arping -b -I eth0 -c 2 -w 2 ${vip}`);
  return new Set([...answers.matchAll(/\[([0-9A-F:]{17})\]/g)].map(([, mac = ""]) => mac.toLowerCase()));
}

/** Connections, packets in and packets out of the virtual service, as `ipvsadm --stats` counts them. */
async function counters(): Promise<number[]> {
  const lines = (await stack.onHost("lb1", "ipvsadm -Ln --stats --exact")).split("\n");
  const service = lines.find((line) => line.includes(`${vip}:80`));
  return service?.trim().split(/\s+/).slice(2).map(Number) ?? [];
}

/** Processes that the director has started since it booted (proc(5), /proc/stat). */
async function startedProcesses(): Promise<number> {
  return Number(/^processes (\d+)$/m.exec(await stack.onHost("lb1", "cat /proc/stat"))?.[1]);
}

const kernelRules = () => stack.onHost("lb1", "ipvsadm -Sn");
const onContainer = async (host: string, ...command: string[]) => {
  const run = await stack.container(host).exec({ Cmd: command });
  await run.start({ Detach: true });
};

/** On the director, logins and health checks of the meantime included; 30 to 45 ms each where it is a guest kernel. */
const processBudget = { unchanged: 200, changed: 500 };

/**
 * The way in, the launcher and what a preview compares, in the engine's own JSON; of a director its table too. Its notes
 * on where the program lies are left out: they grow with the name of the folder.
 */
const stateBudgetBytes = { realServer: 10_240, director: 13_000 };

beforeAll(() => stack.begin(settings));
afterAll(() => stack.dispose());

describe("a first up", () => {
  it("survives Ctrl-C in the middle, and the next one completes it", async () => {
    const up = stack.start("up");
    await new Promise<void>((reached) => {
      up.all.on("data", (shown) => /remote:Command web\d creating/.test(String(shown)) && reached());
    });
    process.kill(-(up.pid ?? Number.NaN), "SIGINT");
    expect((await up).exitCode).not.toBe(0);

    const { shown } = await stack.must("up");
    expect(shown).toContain(`VIP  ${vip}  ${url}`);
    expect(shown).toMatch(/web1 +198\.18\.90\.21 +1 +up/);
    expect(shown).toMatch(/web2 +198\.18\.90\.22 +2 +up/);
    expect(shown).toContain("12 requests from the lab's client: web1 4, web2 8");
  });

  it("gives each real server its share: 1 to 2", async () => {
    const { web1 = 0, web2 = 0, ...others } = await stack.answers(url, 60);
    expect({ web1, web2, others }).toEqual({ web1: 20, web2: 40, others: {} });
  });

  it("answers without the director: it forwards packets and sends none", async () => {
    // The kernel adds its counters up every two seconds (net/netfilter/ipvs/ip_vs_est.c).
    const counted = await vi.waitFor(
      async () => {
        const [connections = 0, packetsIn = 0, packetsOut] = await counters();
        expect(connections).toBeGreaterThanOrEqual(60);
        return { connections, packetsIn, packetsOut };
      },
      { timeout: 15_000, interval: 500 },
    );
    expect(counted.packetsIn).toBeGreaterThan(counted.connections);
    expect(counted.packetsOut).toBe(0);
  });

  it("lets only the director answer ARP for the VIP", async () => {
    expect(await arpAnswers()).toEqual(new Set([await macOf("lb1")]));
  });

  it("keeps every private key out of the state in clear", async () => {
    const { target } = await stack.host("web1");
    const inClear = await stack.exportedState();
    expect(target.privateKey).toContain("PRIVATE KEY");
    expect(inClear.includes("PRIVATE KEY")).toBe(false);
  });

  it("reports itself as JSON, with weights and states from the kernel", async () => {
    const { stdout } = await stack.must("status", "--json");
    const status = JSON.parse(stdout);
    expect(status).toMatchObject({ vip, url, directors: [{ name: "lb1", state: "as planned" }] });
    expect(status.virtualServices[0]).toMatchObject({
      name: "web",
      address: vip,
      port: 80,
      realServers: [
        { name: "web1", address: "198.18.90.21", weight: 1, liveWeight: 1, state: "up" },
        { name: "web2", address: "198.18.90.22", weight: 2, liveWeight: 2, state: "up" },
      ],
    });
  });
});

describe("a second up", () => {
  it("changes nothing", async () => {
    const { same, ...others } = await stack.changes();
    expect(others).toEqual({});
    expect(same).toBeGreaterThan(10);
    const before = await startedProcesses();
    expect((await stack.must("up")).shown).not.toMatch(/created|updated|replaced|deleted/);
    expect((await startedProcesses()) - before).toBeLessThan(processBudget.unchanged);
  });

  it("leaves in the state no more than it must of each host", async () => {
    const { resources } = JSON.parse(await stack.exportedState()).deployment;
    const bytesOf = (host: string) =>
      (resources as { urn: string; sourcePosition?: string; stackTrace?: object }[])
        .filter(({ urn }) => urn.includes("lvs:index:") && urn.endsWith(`::${host}`))
        .map(({ sourcePosition, stackTrace, ...kept }) => JSON.stringify(kept).length)
        .reduce((sum, bytes) => sum + bytes, 0);
    expect(bytesOf("web1")).toBeLessThan(stateBudgetBytes.realServer);
    expect(bytesOf("lb1")).toBeLessThan(stateBudgetBytes.director);
  });

  it.each(["lb1", "web1"])(
    "would find nothing to do on %s: its script run again changes nothing",
    async (name) => {
      const { script } = await stack.host(name);
      const { runOverSsh } = await import("../../ssh/client.ts");
      const { target } = await stack.host(name);
      const again = await runOverSsh(target, { command: "bash -s -- converge", stdin: script });
      expect(again).toMatchObject({ exitCode: 0, stderr: "" });
      expect(again.stdout).toMatch(/^converged [0-9a-f]{16}\n$/);
    },
  );
});

describe("a real server that stops", () => {
  it("leaves the table while no request fails, and returns", async () => {
    await onContainer("web1", "systemctl", "stop", "apache2");
    await vi.waitFor(async () => expect(await kernelRules()).not.toContain("198.18.90.21:80"), {
      timeout: 15_000,
      interval: 500,
    });
    expect(await stack.answers(url, 20)).toEqual({ web2: 20 });

    await onContainer("web1", "systemctl", "start", "apache2");
    await vi.waitFor(async () => expect(await kernelRules()).toContain("198.18.90.21:80"), {
      timeout: 15_000,
      interval: 500,
    });
    expect(await stack.answers(url, 6)).toEqual({ web1: 2, web2: 4 });
  });

  it("does not keep a change from reaching the others, and is started again by it", async () => {
    await onContainer("web1", "systemctl", "stop", "apache2");
    await vi.waitFor(async () => expect(await kernelRules()).not.toContain("198.18.90.21:80"), {
      timeout: 15_000,
      interval: 500,
    });
    stack.configure(withChanges(settings, weight("web2", 5)));
    expect((await stack.must("up")).shown).toContain(
      "web1: apache2.service enabled active → enabled inactive",
    );
    expect(await kernelRules()).toContain("-r 198.18.90.22:80 -g -w 5");
    expect(Object.keys(await stack.answers(url, 8)).sort()).toEqual(["web1", "web2"]);
  });
});

describe("one weight changed in the configuration", () => {
  it("is named by preview, with the service, the real server and both weights", async () => {
    stack.configure(withChanges(settings, weight("web2", 7)));
    const { shown } = await stack.must("preview");
    expect(shown).toMatch(/~ virtualServices: \[[\s\S]*web2[\s\S]*weight *: 5 => 7/);
  });

  it("changes the director and no other host, and reaches the kernel", async () => {
    const { same: _, ...others } = await stack.changes();
    expect(others).toEqual({ update: 2 });
    const before = await startedProcesses();
    const { shown } = await stack.must("up");
    expect((await startedProcesses()) - before).toBeLessThan(processBudget.changed);
    expect(shown).not.toMatch(/Command web\d/);
    expect(await kernelRules()).toContain("-r 198.18.90.22:80 -g -w 7");
  });
});

describe("an invalid configuration", () => {
  it("is refused with every mistake on a line of its own, and touches nothing", async () => {
    const before = await stack.resources();
    stack.configure(
      withChanges(settings, {
        "virtualServices.web.port": 99999,
        "virtualServices.web.scheduler": "fastest",
        "realServers.web1.adress": "198.18.90.21",
      }),
    );
    const { exitCode, shown } = await stack.run("up");
    expect(exitCode).not.toBe(0);
    expect(shown).toContain("the configuration has 3 mistakes:");
    expect(
      shown.split("\n").filter((line) => line.includes("pulumi-lvs:") && line.includes("; ")),
    ).toHaveLength(3);
    expect((await stack.resources()) === before).toBe(true);
  });
});

describe("destroy", () => {
  it("leaves no container, network or volume of the stack", async () => {
    stack.configure(settings);
    await stack.must("destroy");
    const docker = new Docker();
    const filters = { label: [`pulumi-lvs.stack=${stack.name}`] };
    expect(await docker.listContainers({ all: true, filters })).toEqual([]);
    expect(await docker.listNetworks({ filters })).toEqual([]);
    expect((await docker.listVolumes({ filters })).Volumes ?? []).toEqual([]);
  });
});
