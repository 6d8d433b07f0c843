/** Two directors that share a VIP: one holds it, either may be changed or fail, and connections go on. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { entry } from "../../model/cluster.ts";
import { devLab, soloLab, withChanges } from "../fixtures.ts";
import { engine } from "./healthEngine.ts";
import { TestStack } from "./stack.ts";
import { layLargeFile, upUnderLoad } from "./underLoad.ts";

const network = "198.18.98";
const vip = `${network}.100`;
const url = `http://${vip}/`;
const stack = new TestStack("test-pair");
const alone = soloLab(network);
const routerId = 98;
const pair = devLab(network, { "vrrp.routerId": routerId });
const weight = (value: number) => withChanges(pair, { "virtualServices.web.realServers.web2.weight": value });

interface Director {
  readonly name: string;
  readonly state: string;
  readonly vrrp: { readonly role: string; readonly tableInStep: boolean; readonly sync: string } | null;
}

async function directors(): Promise<Director[]> {
  const { stdout } = await stack.must("status", "--json");
  return (JSON.parse(stdout) as { directors: Director[] }).directors;
}

/** The director that holds the VIP and the one that does not, as soon as each says which it is, and nothing differs. */
async function roles(): Promise<{ readonly master: string; readonly backup: string }> {
  return vi.waitFor(
    async () => {
      const all = await directors();
      const nameOf = (role: string) => all.find(({ vrrp }) => vrrp?.role === role)?.name;
      const [master, backup] = [nameOf("MASTER"), nameOf("BACKUP")];
      expect(all.map(({ state, vrrp }) => [state, vrrp?.tableInStep, vrrp?.sync])).toEqual(
        Array(2).fill(["as planned", true, `master and backup on eth0, id ${routerId}`]),
      );
      if (!master || !backup) throw new Error(`nobody holds the VIP: ${JSON.stringify(all)}`);
      return { master, backup };
    },
    { timeout: 90_000, interval: 3000 },
  );
}

/** Hardware addresses of every host that answers an ARP request for the VIP. */
async function arpAnswers(): Promise<Set<string>> {
  const answers = await stack.fromClient(`arping -b -I eth0 -c 2 -w 2 ${vip}`);
  return new Set([...answers.matchAll(/\[([0-9A-F:]{17})\]/g)].map(([, mac = ""]) => mac.toLowerCase()));
}

async function onLink(host: string) {
  const { NetworkSettings } = await stack.container(host).inspect();
  return entry(NetworkSettings.Networks, `pulumi-lvs-${stack.name}`);
}

const onBoth = (command: string) =>
  Promise.all(["lb1", "lb2"].map((director) => stack.onHost(director, command)));

/** What a director forwards is 60 ms late: a handshake takes as long as with clients that are far away. */
const farClients = [
  "tc qdisc add dev eth0 root handle 1: prio",
  "tc qdisc add dev eth0 parent 1:3 netem delay 60ms",
  `tc filter add dev eth0 parent 1: protocol ip u32 match ip dst ${vip}/32 flowid 1:3`,
].join(" && ");

const macOf = async (host: string) => (await onLink(host)).MacAddress;

beforeAll(async () => {
  await stack.begin(alone);
  await stack.must("up");
  await layLargeFile(stack, "web1", "web2");
});
afterAll(() => stack.dispose());

/** Another cluster's director in the client, until keepalived ends there: VRRP by multicast, and connections told. */
function stranger(): Promise<string> {
  const configuration = [
    "vrrp_instance other { interface eth0",
    `virtual_router_id ${routerId}`,
    "priority 100",
    `virtual_ipaddress { ${network}.200 } }`,
  ].join("\n");
  const told = `\\0\\x${routerId.toString(16)}\\0\\x10`;
  return stack.fromClient(
    [
      "bash <<'END'",
      `echo '${configuration}' >/tmp/other.conf`,
      "timeout 120 keepalived --dont-fork --vrrp --use-file=/tmp/other.conf &",
      `while kill -0 $!; do printf '${told}' >/dev/udp/224.0.0.81/8848; sleep 1; done`,
      "END",
    ].join("\n"),
  );
}

describe("a virtual router id that another cluster on the link uses", () => {
  it("is refused before a second director joins", async () => {
    const unchanged = await stack.onHost("lb1", `ipvsadm -Sn; ip -br address; cat ${engine.file}`);
    const other = stranger();
    stack.configure(pair);
    const { exitCode, shown } = await stack.run("up");
    await stack.fromClient("pkill keepalived");
    await other;
    expect(exitCode).not.toBe(0);
    const from = (await onLink("client")).IPAddress;
    expect(shown).toContain(
      `lb1: another cluster on this link uses the virtual router id ${routerId} too: ${from} (VRRP), ${from} (connection synchronisation)`,
    );
    expect(await stack.onHost("lb1", `ipvsadm -Sn; ip -br address; cat ${engine.file}`)).toBe(unchanged);
  });
});

describe("under load, nothing is lost", () => {
  it("when a second director joins: the first one still holds the VIP, and the second one is ready to", async () => {
    await upUnderLoad(stack, vip, pair);
    expect(await roles()).toEqual({ master: "lb1", backup: "lb2" });
    expect(await arpAnswers()).toEqual(new Set([await macOf("lb1")]));
  });

  it("when a weight changes: the standby first, then the VIP moves, then the former master", async () => {
    const before = await roles();
    stack.configure(weight(3));
    const preview = await stack.must("preview");
    expect(preview.shown).toContain(
      `${before.master} holds the VIPs; directors are changed in this order: ${before.backup}, ${before.master}`,
    );
    expect(preview.shown).toContain(`${before.master}: VIPs handed over to ${before.backup}, changed`);
    await onBoth(farClients);
    const shown = await upUnderLoad(stack, vip, weight(3));
    await onBoth("tc qdisc del dev eth0 root");
    const changed = (name: string) => shown.indexOf(`${name}: file ${engine.file}`);
    const handedOver = shown.indexOf(`${before.master}: the VIPs are handed over`);
    expect(changed(before.backup)).toBeGreaterThan(-1);
    expect(handedOver).toBeGreaterThan(changed(before.backup));
    expect(changed(before.master)).toBeGreaterThan(handedOver);
    expect(await roles()).toEqual({ master: before.backup, backup: before.master });
  });
});

describe("a handover that is cut off while it holds new connections", () => {
  it("lets them in again by itself, and the VIPs stay", async () => {
    const { master } = await roles();
    const found = await stack.onHost(
      master,
      [
        "bash /var/lib/pulumi-lvs/script handover & run=$!",
        "until [ -e /run/pulumi-lvs-held ]; do sleep 0.01; done",
        "until [ $(sysctl -n net.ipv4.vs.drop_packet) = 3 ]; do sleep 0.01; done",
        "kill -KILL $run; sleep 5",
        "sysctl -n net.ipv4.vs.drop_packet net.ipv4.vs.am_droprate; ls /run/pulumi-lvs-held || true",
      ].join("\n"),
    );
    expect(found).toBe("0\n10\n");
    expect((await roles()).master).toBe(master);
  });
});

describe("directors that would know each other no more", () => {
  it("are refused at preview", async () => {
    stack.configure(withChanges(weight(3), { "vrrp.routerId": 77, "vrrp.multicast": true }));
    const { exitCode, shown } = await stack.run("preview");
    expect(exitCode).not.toBe(0);
    expect(shown).toContain(`VRRP id ${routerId} to each director → id 77 by multicast`);
  });
});

describe("a configuration that the standby's daemon refuses", () => {
  it("stops there: the other director goes on as it was", async () => {
    const { master, backup } = await roles();
    const unchanged = await stack.onHost(master, `cat ${engine.file}; ipvsadm -Sn`);
    const refusing = "#!/bin/sh\necho 'a broken candidate'\nexit 2\n";
    await stack.onHost(
      backup,
      `cat >/usr/local/sbin/${engine.name}; chmod +x /usr/local/sbin/${engine.name}`,
      refusing,
    );
    stack.configure(weight(5));
    const { exitCode, shown } = await stack.run("up");
    await stack.onHost(backup, `rm /usr/local/sbin/${engine.name}`);
    expect(exitCode).not.toBe(0);
    expect(shown).toContain(`${backup}: ${engine.name} refuses the new ${engine.file}`);
    expect(await stack.onHost(master, `cat ${engine.file}; ipvsadm -Sn`)).toBe(unchanged);
    expect((await roles()).master).toBe(master);
    stack.configure(weight(3));
    await stack.must("up");
  });
});

describe("VRRP that a filter on both directors drops, as a host firewall does,", () => {
  const filter = "tc filter add dev eth0 parent ffff: protocol ip u32 match ip protocol 112 0xff action drop";
  const split = `VIP ${vip}: held by lb1 (MASTER) and lb2 (MASTER); ARP is answered by lb1 and lb2`;

  it("ends up, status and drift with who holds the VIP, though nothing differs on any host", async () => {
    stack.configure(weight(3));
    await onBoth(`tc qdisc add dev eth0 ingress && ${filter}`);
    await onBoth("until grep -q MASTER /run/pulumi-lvs-vrrp; do sleep 0.2; done");
    const up = await stack.run("up");
    expect(up.shown).toContain(split);
    expect(up.shown).toContain("drops VRRP (IP protocol 112, between the directors' addresses)");
    expect(up.shown).toMatch(/^ +\d+ unchanged$/m);
    expect(up.exitCode).not.toBe(0);
    const [status, drift] = await Promise.all([stack.run("status"), stack.run("drift", "--json")]);
    expect([status.exitCode, drift.exitCode]).toEqual([1, 2]);
    expect(status.shown).toContain(split);
    const rows = JSON.parse(drift.stdout) as { host: string; state: string; drift: string[] }[];
    expect(rows.filter(({ state }) => state !== "as planned")).toEqual([
      { host: "cluster", state: "differs", drift: [expect.stringContaining(split)] },
    ]);
  });

  it("heals by itself once it is let in again", async () => {
    await onBoth("tc qdisc del dev eth0 ingress");
    await roles();
    const [status, drift] = await Promise.all([stack.run("status"), stack.run("drift")]);
    expect([status.exitCode, drift.exitCode]).toEqual([0, 0]);
  });
});

describe("a director whose machine dies", () => {
  it("has the other one serve, with the downloads that had begun, and comes back as a standby", async () => {
    const { master, backup } = await roles();
    const download = stack.fromClient(
      `curl -s -o /dev/null --limit-rate 2M -m 60 -w '%{http_code} %{size_download}' ${url}large`,
    );
    await sleep(4000);
    await stack.container(master).kill();
    await vi.waitFor(async () => expect(await stack.answers(url, 1)).not.toHaveProperty("failed"), {
      timeout: 10_000,
    });
    expect(await download).toBe(`200 ${40 * 1024 * 1024}`);
    await stack.container(master).start();
    expect(await roles()).toEqual({ master: backup, backup: master });
    expect(await arpAnswers()).toEqual(new Set([await macOf(backup)]));
  });
});

describe("under load, nothing is lost", () => {
  it("when a director is taken away: the one that stays holds the VIP for good", async () => {
    await upUnderLoad(stack, vip, alone);
    expect(await directors()).toMatchObject([{ name: "lb1", state: "as planned", vrrp: null }]);
    expect(await stack.onHost("lb1", "systemctl is-active keepalived || true")).toBe("inactive\n");
    expect(await stack.onHost("lb1", "ip -4 -o address show dev lo | awk '{ print $4 }'")).toBe(
      "127.0.0.1/8\n",
    );
    expect(await arpAnswers()).toEqual(new Set([await macOf("lb1")]));
  });
});
