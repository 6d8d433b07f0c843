/** Health checks that go through the VIP: a real server that cannot be reached there gets nothing, however well it is otherwise. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runOverSsh } from "../../ssh/client.ts";
import { soloLab } from "../fixtures.ts";
import { engine } from "./healthEngine.ts";
import { TestStack } from "./stack.ts";

const vip = "198.18.99.100";
const url = `http://${vip}/`;
const intervalSeconds = 2;
const timeoutSeconds = 2;
const stack = new TestStack("test-vip-path");
const settings = soloLab("198.18.99", {
  "virtualServices.web.healthCheck": { intervalSeconds, timeoutSeconds },
});

/** The marks of the probes are the addresses without their first bit. */
const probes = [
  "-A -f 1175610133 -s rr",
  "-A -f 1175610134 -s rr",
  "-a -f 1175610133 -r 198.18.99.21:0 -g -w 1",
  "-a -f 1175610134 -r 198.18.99.22:0 -g -w 1",
];

/** What the kernel holds of the service or, by mark, for health checks. */
async function rules(of: "-t" | "-f"): Promise<string[]> {
  const lines = (await stack.onHost("lb1", "ipvsadm -Sn")).split("\n").map((line) => line.trim());
  return lines.filter((line) => line.includes(` ${of} `)).sort();
}

const web1InTable = async () => (await rules("-t")).some((line) => line.includes("198.18.99.21:80"));
const log = () => stack.onHost("lb1", engine.log);
const eventually = (value: () => Promise<unknown>) => expect.poll(value, { timeout: 60_000, interval: 500 });

async function converge(name: string) {
  const { target, script } = await stack.host(name);
  return runOverSsh(target, { command: "bash -s -- converge", stdin: script });
}

beforeAll(async () => {
  await stack.begin(settings);
  await stack.must("up");
});
afterAll(() => stack.dispose());

describe("converging", () => {
  it("holds a probe for each real server, and nothing to change the second time", async () => {
    expect(await rules("-f")).toEqual(probes);
    const again = await converge("lb1");
    expect(again).toMatchObject({ exitCode: 0, stderr: "" });
  });
});

describe("a real server whose loopback has lost the VIP", () => {
  it("leaves the table within a check's interval and time, and its Apache is fine all the while", async () => {
    await stack.onHost("web1", `ip address del ${vip}/32 dev lo`);
    // Twice: the check that is under way may still have been answered, and ldirectord reads the table before it acts.
    await expect
      .poll(web1InTable, { timeout: 2000 * (intervalSeconds + timeoutSeconds), interval: 200 })
      .toBe(false);
    expect(await stack.fromClient("curl -s -o /dev/null -w '%{http_code}' http://198.18.99.21/")).toBe("200");
    expect(await log()).toContain(`web: 198.18.99.21, asked through VIP ${vip}:80: no answer within 2 s\n`);
  });

  it("gets no request from then on", async () => {
    expect(await stack.answers(url, 40)).toEqual({ web2: 40 });
  });

  it("returns when it has the VIP again", async () => {
    await stack.onHost("web1", `ip address add ${vip}/32 dev lo scope host`);
    await eventually(web1InTable).toBe(true);
    expect(await log()).toContain(`web: 198.18.99.21, asked through VIP ${vip}:80: up again\n`);
    expect(await stack.answers(url, 6)).toEqual({ web1: 2, web2: 4 });
  });
});

describe("probes", () => {
  it("are made again by the next check where all has been taken out of the kernel", async () => {
    await stack.onHost("lb1", "ipvsadm -C");
    await eventually(() => rules("-f")).toEqual(probes);
    expect(await converge("lb1")).toMatchObject({ exitCode: 0 });
    expect(await stack.answers(url, 6)).toEqual({ web1: 2, web2: 4 });
  });

  it("that lead elsewhere are put right before they are used", async () => {
    await stack.onHost(
      "lb1",
      "ipvsadm -a -f 1175610133 -r 198.18.99.22 -g && ipvsadm -d -f 1175610133 -r 198.18.99.21",
    );
    await eventually(() => rules("-f")).toEqual(probes);
  });

  it("that are missing are a difference for as long as no check has made them", async () => {
    const { script } = await stack.host("lb1");
    const signal = (name: string) => `kill -${name} $(${engine.checkers})`;
    await stack.onHost("lb1", `${signal("STOP")}; ipvsadm -D -f 1175610133`);
    expect(await stack.onHost("lb1", "bash -s -- inspect", script)).toBe(
      "  probe 198.18.99.21\n    expected  reaches 198.18.99.21 alone\n    found     absent\n",
    );
    await stack.onHost("lb1", signal("CONT"));
    await eventually(() => rules("-f")).toEqual(probes);
  });

  it("come back with the director, as does the service", async () => {
    const before = [await rules("-t"), await rules("-f")];
    const started = "systemctl show --property=UserspaceTimestamp --value";
    const booted = await stack.onHost("lb1", started);
    await stack.onHost("lb1", "systemctl reboot").catch(() => undefined);
    while ((await stack.onHost("lb1", started).catch(() => booted)) === booted) await sleep(200);
    await eventually(async () => [await rules("-t"), await rules("-f")]).toEqual(before);
    await eventually(() => stack.answers(url, 6)).toEqual({ web1: 2, web2: 4 });
  });

  it("go with what the stack had put on the director", async () => {
    const { target, script } = await stack.host("lb1");
    const removed = await runOverSsh(target, { command: "bash -s -- remove", stdin: script });
    expect(removed).toMatchObject({ exitCode: 0, stdout: "removed\n" });
    const left = "ipvsadm -Sn; sysctl -n net.ipv4.conf.all.accept_local; ls /usr/local/lib";
    expect(await stack.onHost("lb1", left)).not.toMatch(/-f|pulumi-lvs|^1$/m);
  });
});
