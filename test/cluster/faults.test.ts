/** What goes wrong on a host while it is changed: it keeps serving as it did, and the message says what, and what to do. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { entry } from "../../model/cluster.ts";
import type { Item } from "../../render/hostPlan.ts";
import { plansOf } from "../../render/plans.ts";
import { digestIn, digestOf, renderScript } from "../../render/script.ts";
import { runOverSsh } from "../../ssh/client.ts";
import { clusterOf, soloLab, withChanges } from "../fixtures.ts";
import { engine } from "./healthEngine.ts";
import { TestStack } from "./stack.ts";

const vip = "198.18.92.100";
const url = `http://${vip}/`;
const stack = new TestStack("test-faults");
const settings = soloLab("198.18.92");
const plans = Object.fromEntries(plansOf(clusterOf(settings)).map((plan) => [plan.host, plan]));

beforeAll(async () => {
  await stack.begin(settings);
  await stack.must("up");
});
afterAll(() => stack.dispose());

type Change = (item: Item) => Item;

/** Converges a host to its plan as `change` has made it; returns how that ended. */
async function converge(host: string, change: Change = (item) => item) {
  const plan = entry(plans, host);
  const changed = { ...plan, items: plan.items.map(change) };
  expect(digestIn((await stack.host(host)).script)).toBe(digestOf(plan));
  return {
    ...(await runScript(host, renderScript(changed))),
    isChanged: digestOf(changed) !== digestOf(plan),
  };
}

async function runScript(host: string, script: string) {
  const { target, script: launcher } = await stack.host(host);
  const [, generation] = /^generation='(.*)'$/m.exec(launcher) ?? [];
  if (!generation) throw new Error(`the launcher of ${host} names no generation`);
  const command = `bash -s -- converge ${generation}`;
  const { exitCode, stdout, stderr } = await runOverSsh(target, { command, stdin: script });
  return { exitCode, said: stdout + stderr };
}

/** Another text in the files below `path`. */
function inFile(path: string, text: string, insteadOf: string): Change {
  return (item) =>
    item.kind === "file" && item.path.startsWith(path)
      ? { ...item, content: item.content.replace(text, insteadOf) }
      : item;
}

const sites = "/etc/apache2/sites-enabled/";
const unknownDirective = inFile(sites, "</VirtualHost>", "    Guess On\n</VirtualHost>");

/** What a failed run said; the host is as its plan without the change, and the cluster serves. */
async function failureOf(host: string, change: Change): Promise<string> {
  const { exitCode, said, isChanged } = await converge(host, change);
  expect(isChanged).toBe(true);
  expect(exitCode).toBe(1);
  expect(await stack.onHost(host, "bash -s -- inspect", (await stack.host(host)).script)).toBe("");
  await eventually(async () =>
    expect(Object.keys(await stack.answers(url, 6)).sort()).toEqual(["web1", "web2"]),
  );
  return said;
}

/** A real server that was down is back in the table after its next health check. */
const eventually = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 20_000, interval: 500 });

/** The file that `said` names as kept, as it lies on the host. */
async function keptFile(host: string, said: string): Promise<string> {
  const [, path = "none"] = said.match(/kept as (\/var\/lib\/pulumi-lvs\/rejected\/\S+)/) ?? [];
  return stack.onHost(host, `stat -c %a /var/lib/pulumi-lvs && cat ${path}`);
}

const share = (weight: number) => engine.share("198.18.92.100", "198.18.92.21", weight);
const kernelRules = () => stack.onHost("lb1", "ipvsadm -Sn");

describe("a new configuration that its daemon refuses", () => {
  it("leaves the health engine's old one serving, and is kept and named", async () => {
    const said = await failureOf("lb1", inFile(engine.file, ...engine.refused));
    expect(said).toContain(`${engine.name} refuses the new ${engine.file} (see above); the old one stays`);
    const kept = await keptFile("lb1", said);
    expect(kept).toMatch(/^700\n/);
    expect(kept).toContain(engine.refused[1]);
  });

  it("is not quoted where it has secrets: what its daemon says is kept on the host", async () => {
    const withRefused = inFile(engine.file, ...engine.refused);
    const said = await failureOf("lb1", (item) => {
      const changed = withRefused(item);
      const isSecret = changed.kind === "file" && changed.path === engine.file;
      return isSecret ? { ...changed, secrets: [engine.refused[1]] } : changed;
    });
    expect(said).toContain(`this file has secrets, so what ${engine.name} says of it is kept as /`);
    expect(said).not.toMatch(/guess/i);
    expect(await keptFile("lb1", said)).toMatch(/^700\n.*line \d+/i);
  });

  it("leaves Apache's old one serving, and is kept and named, with Apache's own words", async () => {
    const said = await failureOf("web1", unknownDirective);
    expect(said).toMatch(/Syntax error on line \d+ of \/etc\/apache2\/sites-enabled\/pulumi-lvs.*\.conf:/);
    expect(said).toContain("Invalid command 'Guess'");
    expect(said).toMatch(/apache refuses the new \/etc\/apache2\S+ \(see above\); the old one stays/);
    expect(await keptFile("web1", said)).toMatch(/^700\n[\s\S]*Guess On/);
  });

  it("is not blamed for what the host had before", async () => {
    const theirs = "/etc/apache2/conf-enabled/theirs.conf";
    await stack.onHost("web1", `echo 'Guess Before' >${theirs}`);
    const { said } = await converge("web1", inFile(sites, "</VirtualHost>", "\n</VirtualHost>"));
    await stack.onHost("web1", `rm ${theirs}`);
    expect(said).toContain(`Syntax error on line 1 of ${theirs}`);
    expect(said).toContain("what this host has in /etc/apache2 is refused already, without the new file");
  });
});

describe("a new configuration that its daemon takes", () => {
  const listening = (directive: string) => inFile(sites, "<VirtualHost", `${directive}\n<VirtualHost`);
  const hold = (port: number) =>
    stack.onHost(
      "web1",
      `systemd-run -q --unit holder-${port} perl -MIO::Socket::INET -e '@held = IO::Socket::INET->new(Listen => 1, LocalPort => ${port}) or die; sleep'
       until ss -Hltn "sport = :${port}" | grep -q .; do sleep 0.1; done`,
    );
  const free = (port: number) => stack.onHost("web1", `systemctl stop holder-${port}`);

  it("is refused still where Apache would end for a port that is in use", async () => {
    await hold(8081);
    const said = await failureOf("web1", listening("Listen 8081"));
    await free(8081);
    expect(said).toMatch(/port 8081 is in use by another program: .*"perl"/);
  });

  it("is undone where Apache has ended for it, and Apache runs again", async () => {
    await hold(8082);
    // Apache takes a directive in small letters too; the check of ports, which would be in time, reads over it.
    const said = await failureOf("web1", listening("listen 8082"));
    await free(8082);
    expect(said).toContain("unit apache2.service: put back as it was");
    expect(await keptFile("web1", said)).toContain("listen 8082");
  });

  it("is undone where the kernel's table does not come out as planned", async () => {
    const before = await kernelRules();
    expect(before).toContain("-r 198.18.92.21:80 -g -w 1");
    const otherWeight = inFile(engine.file, share(1), share(7));
    const said = await failureOf("lb1", (item) =>
      item.kind === "service" ? { ...item, settleSeconds: 4 } : otherWeight(item),
    );
    expect(said).toContain("to 198.18.92.21:80 dr weight 7");
    expect(said).toContain(`file ${engine.file}: put back as it was`);
    expect(await keptFile("lb1", said)).toContain(share(7));
    await eventually(async () => expect(await kernelRules()).toBe(before));
  });

  it("ends what was kept of those before it", async () => {
    for (const host of ["lb1", "web1"]) {
      expect(await converge(host)).toMatchObject({ exitCode: 0 });
      expect(await stack.onHost(host, "ls /var/lib/pulumi-lvs")).not.toContain("rejected");
    }
  });
});

describe("drift that a failed run has repaired", () => {
  it("stays repaired: a host that holds the VIP is silent again", async () => {
    await stack.onHost("web1", "sysctl -qw net.ipv4.conf.all.arp_ignore=0");
    const said = await failureOf("web1", unknownDirective);
    expect(said).toContain("sysctl net.ipv4.conf.all.arp_ignore: 0 -> 1");
    expect(await stack.onHost("web1", "sysctl -n net.ipv4.conf.all.arp_ignore")).toBe("1\n");
  });
});

describe("a second run at the same time", () => {
  it("is told who holds the host, from where and since when, and changes nothing", async () => {
    const script = await stack.scriptOf("web1");
    const first = runScript("web1", script.replace(/^main /m, "lock; sleep 8; main "));
    await sleep(3000);
    const second = await runScript("web1", script.replace("lock_wait_seconds=30", "lock_wait_seconds=1"));
    expect(second.exitCode).toBe(1);
    expect(second.said).toMatch(
      /another run holds this host: root from 198\.18\.92\.\d+, process \d+, since [0-9T:-]+Z \(\d+ s ago\); wait for it to end/,
    );
    expect(await first).toMatchObject({ exitCode: 0 });
  });
});

describe("a revision", () => {
  const startedAt = () =>
    stack.onHost("web1", "systemctl show --value -p ActiveEnterTimestampMonotonic apache2");
  const second: Change = (item) => (item.kind === "revision" ? { ...item, text: "2" } : item);

  it("that cannot be fetched leaves Apache running as it is", async () => {
    const down = "/etc/apt/apt.conf.d/zz-down";
    const before = await startedAt();
    await stack.onHost(
      "web1",
      `printf 'Acquire::%s::Proxy "http://127.0.0.1:9";\n' http https >${down}; echo 'Acquire::Retries 0;' >>${down}`,
    );
    const { exitCode, said } = await converge("web1", second);
    await stack.onHost("web1", `rm ${down}`);
    expect(exitCode).toBe(1);
    expect(said).toContain("is this host's package mirror up? apache2.service was not stopped");
    expect(await startedAt()).toBe(before);
  });

  it("restarts Apache once", async () => {
    const before = Number(await startedAt());
    expect(await converge("web1", second)).toMatchObject({ exitCode: 0, isChanged: true });
    const after = Number(await startedAt());
    expect(after).toBeGreaterThan(before);
    expect(await converge("web1", second)).toMatchObject({ exitCode: 0 });
    expect(Number(await startedAt())).toBe(after);
  });
});

describe("another host that answers ARP for the VIP", () => {
  it("is named by its hardware address, and the director's table stays until that is put right", async () => {
    const before = await kernelRules();
    await stack.fromClient(`ip address add ${vip}/32 dev eth0`);
    stack.configure(withChanges(settings, { "virtualServices.web.realServers.web2.weight": 5 }));
    const { exitCode, shown } = await stack.run("up", "--yes", "--skip-preview");
    const mac = (await stack.fromClient("cat /sys/class/net/eth0/address")).trim();
    expect(exitCode).not.toBe(0);
    expect(shown).toContain(`${vip} is answered by ${mac}: `);
    expect(await kernelRules()).toBe(before);

    // A real server with the same fault is ours to repair, before the director asks.
    await stack.fromClient(`ip address del ${vip}/32 dev eth0`);
    await stack.onHost(
      "web1",
      `sysctl -qw net.ipv4.conf.all.arp_ignore=0 && ip address add ${vip}/32 dev eth0`,
    );
    await stack.must("up", "--yes", "--skip-preview");
    expect(await stack.onHost("web1", "ip -4 -o address show to 198.18.92.100")).not.toContain("eth0");
    expect(await kernelRules()).toContain("-r 198.18.92.22:80 -g -w 5");
  });
});
