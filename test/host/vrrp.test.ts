/** What keepalived has a director do, with stubs for its files, for ip and for sleep. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { vrrpProgram } from "../../render/shellLibrary.ts";

let folder: string;
const at = (name: string) => join(folder, name);
const read = (name: string) => readFileSync(at(name), "utf8");
const calls = () => read("calls").trimEnd().split("\n");

/** Rules are lines of a file, so that they end as the kernel's do; sleep tells how things stand while it lasts. */
const stubs = {
  ip: `case "$*" in
    'rule add '*) echo "$*" >>rules ;;
    *) [ -s rules ] || exit 2; sed -i 1d rules ;;
  esac`,
  sleep: `echo "$1 s with $(wc -l <rules) rules, took over $(cat run/pulumi-lvs-took-over)" >>calls`,
  date: "echo 1700000000",
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pulumi-lvs-"));
  for (const [name, text] of Object.entries(stubs)) {
    writeFileSync(at(name), `#!/bin/sh\ncd ${folder}\n${text}\n`);
    chmodSync(at(name), 0o755);
  }
  spawnSync("mkdir", [at("run")]);
  for (const name of ["rules", "calls", "table"]) writeFileSync(at(name), "");
  writeFileSync(
    at("vrrp"),
    vrrpProgram.replaceAll("/run/", at("run/")).replaceAll("/proc/net/ip_vs", at("table")),
  );
});
afterEach(() => rmSync(folder, { recursive: true }));

function vrrp(...words: string[]): number | null {
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
  return spawnSync("sh", [at("vrrp"), ...words], { env, encoding: "utf8" }).status;
}

/** Has it listen to what keepalived says, one state after the other. */
function listen(...states: string[]): void {
  writeFileSync(at("fifo"), states.map((state) => `INSTANCE "vips" ${state} 250\n`).join(""));
  expect(vrrp("listen", "192.0.2.100", "192.0.2.101", at("fifo"))).toBe(0);
}

describe("whether a director balances", () => {
  const web = "TCP  C0000264:0050 wrr\n";
  const up = "  -> C0000215:0050      Route   1      0          0\n";
  const drained = "  -> C0000216:0050      Route   0      5          0\n";
  const probe = "FWM  00700001 rr\n";
  const head = "IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port Scheduler Flags\n";
  it.each([
    ["with a real server", web + up, 0],
    ["with a real server behind one that is drained", web + drained + up, 0],
    ["with a datagram service", web.replace("TCP", "UDP") + up, 0],
    ["with drained real servers alone", web + drained, 1],
    ["with a health check's way alone", probe + up, 1],
    ["with a service without real servers before a health check's way", web + probe + up, 1],
    ["with no service", "", 1],
  ])("%s", (_, table, status) => {
    writeFileSync(at("table"), head + table);
    expect(vrrp("balances")).toBe(status);
  });
});

describe("a director that takes the VIPs", () => {
  it("says so, drops what it knows nothing of for six seconds, and outranks others for ten more", () => {
    listen("MASTER");
    expect(read("run/pulumi-lvs-vrrp")).toBe("MASTER 1700000000\n");
    expect(calls()).toEqual(["6 s with 2 rules, took over 254", "10 s with 0 rules, took over 254"]);
    expect(read("run/pulumi-lvs-took-over")).toBe("0\n");
  });

  it("does nothing where keepalived says the same again", () => {
    listen("MASTER", "MASTER");
    expect(calls()).toHaveLength(2);
  });

  it("keeps when another one was found to hold them too", () => {
    listen("MASTER", "MASTER_RX_LOWER_PRI");
    expect(read("run/pulumi-lvs-vrrp")).toBe("MASTER 1700000000\n");
    expect(read("run/pulumi-lvs-vrrp-rival")).toBe("MASTER_RX_LOWER_PRI 1700000000\n");
  });
});

describe("a reload of keepalived", () => {
  const reload = (role: string) => {
    listen(role);
    for (const name of ["rules", "calls"]) writeFileSync(at(name), "");
    writeFileSync(at("rules"), "add pref 31909 from 192.0.2.100 iif lo blackhole\n");
    writeFileSync(at("run/pulumi-lvs-took-over"), "254\n");
    listen();
  };

  it("does not leave the one that has taken the VIPs as it was right after that", () => {
    reload("MASTER");
    expect(calls()).toEqual(["6 s with 1 rules, took over 254", "10 s with 0 rules, took over 254"]);
    expect(read("run/pulumi-lvs-took-over")).toBe("0\n");
  });

  it("leaves the one that stands by as it was", () => {
    reload("BACKUP");
    expect(read("calls")).toBe("");
    expect(read("rules")).not.toBe("");
  });
});

describe("a director that stands by", () => {
  it("refuses nobody, as connections may be another's, and outranks nobody", () => {
    listen("BACKUP");
    expect(read("run/pulumi-lvs-vrrp")).toBe("BACKUP 1700000000\n");
    expect(read("rules")).toBe(
      "rule add pref 31909 from 192.0.2.100 iif lo blackhole\nrule add pref 31909 from 192.0.2.101 iif lo blackhole\n",
    );
    expect(read("run/pulumi-lvs-took-over")).toBe("0\n");
    expect(read("calls")).toBe("");
  });

  it("refuses again as it is told to", () => {
    listen("BACKUP");
    expect(vrrp("unmute")).toBe(0);
    expect(read("rules")).toBe("");
  });
});
