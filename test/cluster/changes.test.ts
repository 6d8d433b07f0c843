/** Changes to a running cluster under load: nothing is lost, and what the hosts are is told before and after. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { soloLab, withChanges } from "../fixtures.ts";
import { TestStack } from "./stack.ts";
import { layLargeFile, upUnderLoad } from "./underLoad.ts";

const network = "198.18.96";
const vip = `${network}.100`;
const stack = new TestStack("test-changes");
const settings = soloLab(network, { "realServers.web3": { address: `${network}.23`, apache: {} } });
const restarted = {
  "realServers.web1.apache.revision": "restarted",
  "realServers.web2.apache.revision": "restarted",
};
const withoutThird = withChanges(settings, { ...restarted, "realServers.web3": undefined });
const withMore = withChanges(settings, {
  ...restarted,
  "virtualServices.web.scheduler": "wlc",
  "virtualServices.web.realServers.web2": { weight: 3, upperThreshold: 5000, lowerThreshold: 4000 },
  "virtualServices.web.healthCheck.intervalSeconds": 1,
  "virtualServices.web.realServers.web3": { weight: 2 },
  "virtualServices.more": {
    address: `${network}.101`,
    port: 8080,
    healthCheck: { type: "connect", intervalSeconds: 1, timeoutSeconds: 2 },
    realServers: { web1: {} },
  },
});

const kernelRules = () => stack.onHost("lb1", "ipvsadm -Sn");

beforeAll(async () => {
  await stack.begin(
    withChanges(settings, {
      "realServers.web2.apache": undefined,
      "virtualServices.web.realServers.web2": undefined,
    }),
  );
  await stack.must("up");
  // web2 serves by itself before it is given an Apache to hold.
  await stack.onHost("web2", "systemctl start apache2");
  stack.configure(settings);
  await stack.must("up");
  await layLargeFile(stack, "web1", "web2", "web3");
});
afterAll(() => stack.dispose());

describe("under load, nothing is lost", () => {
  it("when weight, scheduler and health check change, a real server and a service are added, and Apache is restarted everywhere", async () => {
    stack.configure(withMore);
    const { shown: preview } = await stack.must("preview");
    expect(preview).toContain("scheduler wrr → wlc");
    expect(preview).toMatch(/198\.18\.96\.22:80 +weight 2 → 3/);
    expect(preview).toMatch(/198\.18\.96\.22:80 +upper threshold 0 → 5000/);
    const shown = await upUnderLoad(stack, vip, withMore);
    expect(await kernelRules()).toContain(`-r ${network}.22:80 -g -w 3`);
    expect(await stack.onHost("lb1", "ipvsadm -Ln --thresholds")).toMatch(/\.22:80 +5000 +4000 /);
    expect(await kernelRules()).toContain(`-a -t ${vip}:80 -r ${network}.23:80 -g -w 2`);
    expect(await stack.answers(`http://${network}.101:8080/`, 2)).toEqual({ web1: 2 });
    const turns = [
      ...shown.matchAll(/(198\.18\.96\.\d+):80 of tcp \S+:80: drained|(198\.18\.96\.\d+): back/g),
    ];
    const inTurn = turns.map(([, drained, back]) => (drained ? `${drained} out` : `${back} back`));
    expect(new Set(inTurn)).toEqual(
      new Set(["21", "22"].flatMap((last) => [`${network}.${last} out`, `${network}.${last} back`])),
    );
    // One after the other.
    for (let at = 0; at < inTurn.length; at += 2)
      expect(inTurn[at + 1]).toBe(inTurn[at]?.replace("out", "back"));
  });

  it("when a service moves to another real server, and one is drained for maintenance", async () => {
    const shown = await upUnderLoad(
      stack,
      vip,
      withChanges(withMore, {
        "virtualServices.more.realServers": { web2: {} },
        "realServers.web3.drain": true,
      }),
    );
    expect(await stack.answers(`http://${network}.101:8080/`, 2)).toEqual({ web2: 2 });
    expect(await stack.onHost("web1", "ip -4 address show dev lo")).not.toContain(`${network}.101`);
    expect(shown).toContain(`${network}.23:80 of tcp ${vip}:80: drained`);
    expect(await kernelRules()).not.toContain(`${network}.23`);
    const web3 =
      "ip -4 address show dev lo; sysctl -n net.ipv4.conf.all.arp_ignore; systemctl is-active apache2";
    expect(await stack.onHost("web3", web3)).toMatch(/^(?!.*\.100)[\s\S]*\n0\nactive\n$/);
  });

  it("when a real server and a service are removed", async () => {
    await upUnderLoad(stack, vip, withoutThird);
    expect(await kernelRules()).not.toContain(`${network}.101`);
    expect(
      await stack.onHost("web2", "ls /etc/apache2/sites-enabled; ip -4 address show dev lo"),
    ).not.toMatch(/8080|\.101/);
    expect(await stack.changes()).toEqual({ same: expect.any(Number) });
  });
});

describe("a real server that still has connections when its time is over", () => {
  const leaving = withChanges(withoutThird, {
    "virtualServices.web.drainSeconds": 2,
    "virtualServices.web.realServers.web2": undefined,
  });
  /** A download from web2 that goes on for long. */
  const download = `curl -s -o /dev/null --limit-rate 300K http://${vip}/large & echo $! >/tmp/download`;
  const isAlive = () => stack.fromClient("kill -0 $(cat /tmp/download) && echo alive");

  it("stays with its connections where it may not lose them", async () => {
    await stack.onHost("lb1", `ipvsadm -e -t ${vip}:80 -r ${network}.21:80 -g -w 0`);
    await stack.fromClient(`(${download}) >/dev/null 2>&1`);
    await sleep(1000);
    stack.configure(leaving);
    const { exitCode, shown } = await stack.run("up");
    expect(exitCode).not.toBe(0);
    expect(shown).toMatch(/198\.18\.96\.22:80 of tcp \S+ still has 1 connections after drainSeconds/);
    expect(await kernelRules()).toContain(`-r ${network}.22:80 -g -w 2`);
    expect((await isAlive()).trim()).toBe("alive");
  });

  it("leaves where it may", async () => {
    stack.configure(withChanges(leaving, { "virtualServices.web.onDrainTimeout": "proceed" }));
    expect((await stack.must("up")).shown).toContain("they end now (onDrainTimeout is proceed)");
    expect(await kernelRules()).not.toContain(`${network}.22`);
    await stack.fromClient("kill $(cat /tmp/download)");
  });
});

describe("drift", () => {
  const drift = async () => {
    const { exitCode, stdout } = await stack.run("drift", "--json");
    const hosts = JSON.parse(stdout) as { host: string; drift: string[] }[];
    return {
      exitCode,
      found: hosts.flatMap(({ host, drift: lines }) => lines.map((line) => `${host}: ${line}`)),
    };
  };

  it("is named on each host, shown by preview and repaired by up, once", async () => {
    stack.configure(withoutThird);
    await stack.must("up");
    // A real server's line is drift though its health check passes.
    await stack.onHost("lb1", `ipvsadm -d -t ${vip}:80 -r ${network}.22:80; ipvsadm -E -t ${vip}:80 -s rr`);
    await stack.onHost("web1", `ip address del ${vip}/32 dev lo`);
    await stack.onHost("web2", "sysctl -qw net.ipv4.conf.all.arp_ignore=0");
    const expected = [
      `lb1: ${network}.22:80 weight 2 → absent (service tcp ${vip}:80)`,
      `lb1: service tcp ${vip}:80 scheduler wrr → scheduler rr`,
      `web1: VIP ${vip} on lo → absent`,
      "web2: arp_ignore 1 → 0 (net.ipv4.conf.all.arp_ignore)",
    ];
    const answered = `VIP ${vip}: held by lb1; ARP is answered by web2`;
    const cluster = expect.stringContaining(`cluster: ${answered}`);
    const { exitCode, found } = await drift();
    expect({ exitCode, found: found.toSorted() }).toEqual({ exitCode: 2, found: [cluster, ...expected] });
    const { shown } = await stack.must("preview");
    for (const line of [...expected, answered]) expect(shown).toContain(line);

    await stack.must("up");
    expect(await kernelRules()).toContain(`-r ${network}.22:80 -g -w 2`);
    expect(await drift()).toEqual({ exitCode: 0, found: [] });
    expect(await stack.changes()).toEqual({ same: expect.any(Number) });
  });

  it("cannot be told of a host that does not answer: a warning at preview, an error in up", async () => {
    await stack.container("web2").pause();
    try {
      expect((await drift()).exitCode).toBe(1);
      expect((await stack.must("preview")).shown).toContain("web2 cannot be read");
    } finally {
      await stack.container("web2").unpause();
    }
  });
});

describe("Apache that is taken away from a real server that served by itself before", () => {
  it("is given back while clients are elsewhere, and it serves on", async () => {
    await stack.onHost(
      "web2",
      `cd /var/www/html && echo web2 >index.html && echo ok >healthz && truncate -s 40M large`,
    );
    const shown = await upUnderLoad(
      stack,
      vip,
      withChanges(withoutThird, { "realServers.web2.apache": undefined }),
    );
    expect(shown).toMatch(
      /22:80 of tcp \S+: drained[\s\S]*web2: file \/etc\/apache2\/.*given back[\s\S]*22: back in/,
    );
    expect(await kernelRules()).toContain(`-r ${network}.22:80 -g -w 2`);
    expect(await stack.onHost("web2", "ls /etc/apache2/sites-enabled")).not.toContain("pulumi-lvs");
  });
});
