import { describe, expect, it } from "vitest";
import { layOut, workOn } from "../../../bench/cluster.ts";
import { SimulatedHost } from "../../../bench/scale/simulatedHost.ts";
import { parseReading } from "../../../reading/hostReading.ts";
import type { HostPlan } from "../../../render/hostPlan.ts";
import { digestOf, renderLauncher, renderScript } from "../../../render/script.ts";

const hosts = layOut(2).map((host) => ({
  ...host,
  hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4JzGfrxo7EcDtfHOmTdvuCc7XDSmiSL9CqWmcbJfKX",
}));
const { plans } = workOn(hosts, { keyFile: "/tmp/id", withDirector: true, weight: 3 });

function planOf(name: string): HostPlan {
  const plan = plans.find(({ host }) => host === name);
  if (!plan) throw new Error(`${name} has no plan`);
  return plan;
}

function readingOf(host: SimulatedHost, plan: HostPlan) {
  const { stdout } = host.answer("timeout 30 bash -s -- read lay", renderScript(plan));
  return parseReading(stdout, digestOf(plan));
}

describe("a simulated host", () => {
  it.each(plans)("is converged by the launcher of $host, and read as that left it", (plan) => {
    const host = new SimulatedHost(plan);
    expect(readingOf(host, plan).held).toBeUndefined();
    const run = host.answer("bash -s -- converge", renderLauncher(plan, "0badcafe.7"));
    expect(run).toEqual({ stdout: `converged ${digestOf(plan)}\n`, isChange: true });
    expect(host.isConverged).toBe(true);
    const { held, differences, drift } = readingOf(host, plan);
    expect(held).toEqual({ digest: digestOf(plan), generation: "0badcafe.7" });
    expect([...differences, ...drift]).toEqual([]);
  });

  it("is converged by the whole script", () => {
    const plan = planOf("rs1");
    const host = new SimulatedHost(plan);
    host.answer("bash -s -- converge", renderScript(plan));
    expect(readingOf(host, plan).held).toEqual({ digest: digestOf(plan), generation: "0" });
  });

  it("is not as planned with another host's plan", () => {
    const host = new SimulatedHost(planOf("rs1"));
    host.answer("bash -s -- converge", renderScript(planOf("rs2")));
    expect(host.isConverged).toBe(false);
  });

  it("is nobody's once it was removed", () => {
    const plan = planOf("rs1");
    const host = new SimulatedHost(plan);
    host.answer("bash -s -- converge", renderScript(plan));
    expect(host.answer("bash -s -- remove", "")).toEqual({ stdout: "removed\n", isChange: true });
    expect(readingOf(host, plan).held).toBeUndefined();
  });

  it("says as a director how it balances", () => {
    const plan = planOf("lb1");
    const host = new SimulatedHost(plan);
    host.answer("bash -s -- converge", renderScript(plan));
    const { table, vips, drainSeconds } = readingOf(host, plan);
    const service = table.get("tcp 198.18.16.100:80");
    expect(service?.options).toBe("scheduler wrr");
    expect(service?.destinations).toMatchObject([
      { address: "198.18.17.1", port: 80, weight: 3, connections: { active: 0, inactive: 0 } },
      { address: "198.18.17.2", port: 80, weight: 1 },
    ]);
    expect(vips).toEqual([{ address: "198.18.16.100", held: true, answeredBy: [] }]);
    expect(drainSeconds).toEqual(new Map([["tcp 198.18.16.100:80", 60]]));
  });
});

describe("a simulated host that pyinfra looks at", () => {
  const quoted = (command: string) => `sh -c '${command.replaceAll("'", `'"'"'`)}'`;
  const lastLook =
    "curl -fsS -o /dev/null --retry 10 --retry-connrefused --retry-delay 1 http://198.18.16.100:80/healthz";
  const packages = quoted("if command -v dpkg >/dev/null 2>&1; then ( dpkg -l ); else echo none; fi");

  it("is converged by files and a last look at it", () => {
    const plan = planOf("rs1");
    const host = new SimulatedHost(plan);
    expect(host.answer(packages, "").stdout).toBe("");
    for (const item of plan.items)
      if (item.kind === "file") host.files.set(item.path, Buffer.from(item.content));
    expect(host.isConverged).toBe(false);
    expect(host.answer(quoted(lastLook), "")).toEqual({ stdout: "", isChange: true });
    expect(host.isConverged).toBe(true);
    expect(host.answer(packages, "").stdout).toBe("ii  apache2  1.0  amd64  simulated\n");
  });

  it("is not converged while a file is missing", () => {
    const host = new SimulatedHost(planOf("rs1"));
    host.answer(quoted(lastLook), "");
    expect(host.isConverged).toBe(false);
  });

  it.each([
    ["uname -s", "Linux\n"],
    [
      "debconf-show ipvsadm 2>/dev/null || true",
      "* ipvsadm/auto_load_rules: false\n* ipvsadm/daemon_method: none\n",
    ],
    [`grep -e '^AUTO=.*$' /etc/default/ipvsadm 2> /dev/null || true`, 'AUTO="false"\n'],
    ["! test -f /proc/modules || cat /proc/modules", "ip_vs 16384 0 - Live 0x0\n"],
    ["sysctl net.ipv4.vs.expire_nodest_conn 2>/dev/null || true", "net.ipv4.vs.expire_nodest_conn = 1\n"],
    [
      "( systemctl show --all --property Id --property SubState ldirectord.service )",
      "Id=ldirectord.service\nSubState=running\n",
    ],
    [
      "( systemctl show --all --property Id --property SubState pulumi-lvs-vip.service )",
      "Id=pulumi-lvs-vip.service\nSubState=dead\n",
    ],
    [
      "( systemctl show --all --property Id --property UnitFileState ldirectord.service )",
      "Id=ldirectord.service\nUnitFileState=enabled\n",
    ],
    ["ip -4 -o address show to 198.18.16.100/32", "1: lo    inet 198.18.16.100/32 scope global lo\n"],
    ["! (test -e /etc/passwd || test -L /etc/passwd ) || ( stat )", ""],
    [
      "! (test -e /opt || test -L /opt ) || ( stat )",
      "user=root group=root mode=drwxr-xr-x atime=0 mtime=0 ctime=0 size=0 '/opt'\n",
    ],
    [
      "! (test -e /opt/page || test -L /opt/page ) || ( stat )",
      "user=root group=root mode=-rw-r--r-- atime=0 mtime=0 ctime=0 size=5 '/opt/page'\n",
    ],
    ["test -e /opt/page && ( sha1sum /opt/page )", "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d  /opt/page\n"],
  ])("answers %s once it is converged", (command, expected) => {
    const host = new SimulatedHost(planOf("lb1"));
    host.files.set("/opt/page", Buffer.from("hello"));
    host.answer(quoted("ip -4 -o address show to 198.18.16.100/32 | grep -q ."), "");
    expect(host.answer(quoted(command), "").stdout).toBe(expected);
  });
});
