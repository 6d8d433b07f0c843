/** keepalived as the health engine, whatever engine the other tests use: what it shares with ldirectord, and what it alone may do. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inCheckout, soloLab } from "../fixtures.ts";
import { TestStack } from "./stack.ts";
import { layLargeFile, upUnderLoad } from "./underLoad.ts";

const network = "198.18.62";
const vip = `${network}.100`;
const unit = "pulumi-lvs-checks.service";
const stack = new TestStack("test-keepalived");
const withEngine = (healthEngine: string) =>
  soloLab(network, {
    healthEngine,
    "virtualServices.web.healthCheck": { intervalSeconds: 1, timeoutSeconds: 2 },
  });

const kernelRules = async () => (await stack.onHost("lb1", "ipvsadm -Sn | grep -e -t | sort")).trim();
const all = [
  `-A -t ${vip}:80 -s wrr`,
  `-a -t ${vip}:80 -r ${network}.21:80 -g -w 1`,
  `-a -t ${vip}:80 -r ${network}.22:80 -g -w 2`,
].join("\n");
const without = (host: string) =>
  all
    .split("\n")
    .filter((rule) => !rule.includes(` ${host}:`))
    .join("\n");
const eventually = (value: () => Promise<unknown>) => expect.poll(value, { timeout: 60_000, interval: 500 });

beforeAll(async () => {
  await stack.begin(withEngine("ldirectord"));
  await stack.must("up");
  await layLargeFile(stack, "web1", "web2");
});
afterAll(() => stack.dispose());

describe("keepalived", () => {
  it("takes a full table over from ldirectord, and nothing is lost", async () => {
    await upUnderLoad(stack, vip, withEngine("keepalived"));
    expect(await stack.onHost("lb1", `systemctl is-active ldirectord ${unit} || true`)).toBe(
      "inactive\nactive\n",
    );
    expect(await kernelRules()).toBe(all);
    expect(await stack.changes()).toEqual({ same: expect.any(Number) });
  });

  it("accepts every file that is rendered for it", async () => {
    const golden = inCheckout("test/render/golden");
    const files = readdirSync(golden, { recursive: true, encoding: "utf8" })
      .filter((path) => path.includes("/etc/keepalived/"))
      .filter((path) => path.endsWith(".conf"));
    expect(files.length).toBeGreaterThan(2);
    // The director has no VRRP, and so not what keepalived.conf names.
    const program = "/usr/local/lib/pulumi-lvs/vrrp";
    await stack.onHost("lb1", `install -m 755 /dev/stdin ${program}`, "#!/bin/sh\n");
    for (const file of files) {
      const test =
        "cat >/run/golden.conf && keepalived --config-test --log-console --use-file /run/golden.conf";
      const said = await stack.onHost("lb1", `${test} 2>&1`, readFileSync(join(golden, file), "utf8"));
      expect({ file, said }).toEqual({ file, said: "" });
    }
    await stack.onHost("lb1", `rm ${program}`);
  });

  it("takes a real server out that does not answer through the VIP, says why, and takes it in again", async () => {
    await stack.onHost("web1", `ip address del ${vip}/32 dev lo`);
    await eventually(kernelRules).toBe(without(`${network}.21`));
    expect(await stack.answers(`http://${vip}/`, 10)).toEqual({ web2: 10 });
    await stack.onHost("web1", `ip address add ${vip}/32 dev lo scope host`);
    await eventually(kernelRules).toBe(all);
    const log = await stack.onHost("lb1", "journalctl --output cat --identifier pulumi-lvs-checker");
    const asked = `web: ${network}.21, asked through VIP ${vip}:80`;
    expect(log).toBe(`${asked}: no answer within 2 s\n${asked}: up again\n`);
  });

  it.each([
    ["is stopped", `systemctl stop ${unit}`],
    ["is killed and cannot start", `systemctl mask --runtime ${unit} && systemctl kill -s KILL ${unit}`],
  ])("leaves the table as it is when it %s, and finds who has died since when it is back", async (_, end) => {
    await stack.onHost("lb1", `${end}; sleep 1`);
    expect(await kernelRules()).toBe(all);
    await stack.onHost("web1", `ip address del ${vip}/32 dev lo`);
    await stack.onHost("lb1", `systemctl unmask --runtime ${unit}; systemctl restart ${unit}`);
    await eventually(kernelRules).toBe(without(`${network}.21`));
    await stack.onHost("web1", `ip address add ${vip}/32 dev lo scope host`);
    await eventually(kernelRules).toBe(all);
  });

  it("fills a table again that somebody else has changed, with the next up", async () => {
    const service = `-t ${vip}:80`;
    await stack.onHost(
      "lb1",
      `ipvsadm -d ${service} -r ${network}.21:80; ipvsadm -e ${service} -r ${network}.22:80 -g -w 7; ipvsadm -E ${service} -s rr; ipvsadm -a ${service} -r ${network}.29:80 -g`,
    );
    await stack.must("up");
    expect(await kernelRules()).toBe(all);
  });

  it("leaves a full table to ldirectord, and nothing is lost", async () => {
    await upUnderLoad(stack, vip, withEngine("ldirectord"));
    expect(await stack.onHost("lb1", `systemctl is-active ldirectord ${unit} || true`)).toBe(
      "active\ninactive\n",
    );
    expect(await kernelRules()).toBe(all);
  });
});
