import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, relative } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, describe, expect, it } from "vitest";
import { type Settings as Loaded, loadSettings } from "../../config/load.ts";
import { routeTo } from "../../config/ssh.ts";
import { readStack, type Settings, settingsIn, withChanges } from "../fixtures.ts";
import { load, refusalOf } from "./loading.ts";
import { schemaFields, schemaPath } from "./schemaFields.ts";

const lab = readStack("test/config/valid/lab.yaml");
const existingHosts = readStack("test/config/valid/existing-hosts.yaml");
const withoutWay = withChanges(existingHosts, { "ssh.agent": undefined });
const privateKey = "-----BEGIN OPENSSH PRIVATE KEY-----\nbm90IGEga2V5\n-----END OPENSSH PRIVATE KEY-----\n";

const folder = mkdtempSync(join(tmpdir(), "pulumi-lvs-"));
const keyFile = join(folder, "id_ed25519");
writeFileSync(keyFile, privateKey);
afterAll(() => rmSync(folder, { recursive: true }));

describe.each([
  ["Pulumi.dev.yaml", {}],
  ["examples/Pulumi.example.yaml", { "ssh.privateKey": privateKey }],
  ["test/config/valid/lab.yaml", {}],
  ["test/config/valid/existing-hosts.yaml", {}],
])("%s", (path, secrets) => {
  const written = withChanges(readStack(path), secrets);
  const loaded = comparable(load(written));

  it.each(settingsIn(written))("means what it does by %s", (setting, value) => {
    const without = outcome(withChanges(written, { [setting]: undefined }));
    if (isDefault(setting, value)) expect(without).toEqual(loaded);
    else expect(without).not.toEqual(loaded);
  });
});

describe("the lab", () => {
  it("is off unless the stack asks for it", () => {
    expect(load(existingHosts).lab).toBeUndefined();
  });

  it("has packages in its image and the last usable address for its client", () => {
    expect(load(lab).lab).toEqual({ image: "full", clientAddress: "198.18.7.254" });
  });

  it.each([
    ["198.18.0.0/16", "198.18.255.254"],
    ["198.19.255.240/28", "198.19.255.254"],
  ])("finds the client's address in %s", (subnet, clientAddress) => {
    const [base] = subnet.split(/\d+\//);
    const start = Number(subnet.split(/[./]/)[3]);
    const changed = withChanges(lab, {
      subnet,
      "directors.lb1.address": `${base}${start + 2}`,
      "realServers.web1.address": `${base}${start + 3}`,
      "realServers.web2.address": `${base}${start + 4}`,
      "virtualServices.web.address": `${base}${start + 5}`,
    });
    expect(load(changed).lab?.clientAddress).toBe(clientAddress);
  });
});

describe("access to existing hosts", () => {
  it("joins the shared settings with what a host says of its own", () => {
    const { agent: _, ...shared } = existingHosts.ssh as Settings;
    expect(routeOf("web2")).toEqual({
      ...shared,
      user: "root",
      host: "web2.example.com",
      hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIN2eAtZa4AyTWL0Dy8bU3yqDdbuqsi5ntNHnF+3bwRVq",
    });
    expect(routeOf("web1").user).toBe("deploy");
  });

  it("has a default for all that need not be given", () => {
    const bare = withChanges(existingHosts, { ssh: { agent: true } });
    expect(routeOf("web1", bare)).toEqual({
      host: "192.0.2.21",
      port: 22,
      user: "root",
      hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIP2wpDbpmZU3lgnuPa9L8YE3jDtSxTcLSz+RfD7r1pL1",
      dialAttempts: 10,
    });
  });

  it.each([
    ["privateKeyFile", keyFile],
    ["privateKey", privateKey],
  ])("prefers a host's own way to authenticate to the shared one: %s", (way, value) => {
    const own = withChanges(existingHosts, { [`realServers.web1.ssh.${way}`]: value });
    expect(routeOf("web1", own)).toHaveProperty(way);
    expect(routeOf("web2", own)).not.toHaveProperty(way);
  });

  it("looks for ~/ in the home directory", () => {
    const path = `~/${relative(homedir(), keyFile)}`;
    expect(() => load(withChanges(withoutWay, { "ssh.privateKeyFile": path }))).not.toThrow();
  });
});

describe("secrets", () => {
  const secrets = { "ssh.privateKey": privateKey, "ssh.privateKeyPassphrase": "open sesame" };

  it("are kept apart from what is checked", () => {
    const loaded = load(withChanges(withoutWay, secrets));
    const { privateKey: key = "", privateKeyPassphrase: passphrase = "" } = loaded.config.ssh ?? {};
    expect(loaded.credentials.get(key)).toBe(privateKey);
    expect(loaded.credentials.get(passphrase)).toBe("open sesame");
    const { credentials: _, ...rest } = loaded;
    expect(JSON.stringify(rest)).not.toMatch(/PRIVATE KEY|open sesame/);
  });

  it.each(["sshPrivatKey", "privateKey", "password"])("are not printed when misspelt as %s", (name) => {
    expect(refusalOf({ ...withoutWay, [name]: privateKey })).toBe(
      `the configuration has a mistake:\n  pulumi-lvs:${name}: unknown key; ` +
        "known here: subnet, directors, realServers, virtualServices, vrrp, healthEngine, maxUnavailable, allowBreakingConnections, extraLines, ssh, lab",
    );
  });

  it("are not printed where nobody asks for them", () => {
    const message = refusalOf(withChanges(lab, secrets));
    expect(message).toContain("pulumi-lvs:ssh: given");
    expect(message).not.toMatch(/PRIVATE KEY|open sesame/);
  });

  it("are not printed when pasted where the name of a file belongs", () => {
    expect(refusalOf(withChanges(withoutWay, { "ssh.privateKeyFile": privateKey }))).not.toContain("b3BlbnN");
  });
});

describe("extra lines", () => {
  const lines = { keepalived: ["smtp_server 192.0.2.25"] };
  const withLine = { ...(lab.virtualServices as Settings) };
  withLine.web = { ...(withLine.web as Settings), extraLines: { keepalived: ["snmp_name hunter2"] } };

  it("are all secrets where one under the same key is, and no others are", () => {
    const { cluster } = load(withChanges(lab, { extraLines: lines }), { virtualServices: withLine });
    expect(cluster.extraLines).toEqual({ ldirectord: [], vrrp: [], ...lines, isSecret: false });
    expect(cluster.virtualServices.map(({ extraLines }) => extraLines)).toEqual([
      { ldirectord: [], keepalived: ["snmp_name hunter2"], isSecret: true },
    ]);
  });

  it.each([
    [
      "malformed",
      { extraLines: { keepalived: ["smtp_server hunter2 "] } },
      "extraLines.keepalived.0: give one line of",
    ],
    [
      "taken",
      { extraLines: { keepalived: ["smtp_alert hunter2"] } },
      "extraLines.keepalived.0: leave it out: ",
    ],
    [
      "beside another mistake",
      { virtualServices: { ...withLine, web2: { ...(withLine.web as Settings), port: "hunter2" } } },
      "virtualServices.web2.port: give a port",
    ],
  ])("are not printed when they are secrets, and %s", (_, secrets, message) => {
    expect(refusalOf(lab, secrets)).toContain(`pulumi-lvs:${message}`);
    expect(refusalOf(lab, secrets)).not.toContain("hunter2");
  });
});

describe("what can be a secret", () => {
  it("is a key for SSH", () => {
    const ssh = { ...(withoutWay.ssh as Settings), privateKey };
    expect(() => load(withoutWay, { ssh })).not.toThrow();
    const { realServers } = withChanges(existingHosts, { "realServers.web1.ssh.privateKey": privateKey });
    expect(() => load(existingHosts, { realServers })).not.toThrow();
  });

  it.each([
    ["subnet", "192.0.2.0/24"],
    ["virtualServices", existingHosts.virtualServices],
    ["extraLines", { keepalived: [] }],
    ["ssh", existingHosts.ssh],
    ["realServers", existingHosts.realServers],
  ])("is nothing else: %s without any is refused", (key, value) => {
    expect(refusalOf(existingHosts, { [key]: value })).toBe(
      `the configuration has a mistake:\n  pulumi-lvs:${key}: set it without --secret: of what is written here only extraLines and keys for SSH can be secrets`,
    );
  });
});

it("ignores configuration of other namespaces", () => {
  load(lab);
  pulumi.runtime.setConfig("docker:host", "unix:///var/run/docker.sock");
  expect(() => loadSettings()).not.toThrow();
});

function routeOf(realServer: string, settings = existingHosts) {
  const { config } = load(settings);
  const host = config.realServers[realServer];
  if (!host) throw new Error(`there is no ${realServer}`);
  return routeTo(host, config.ssh);
}

function outcome(settings: Settings): unknown {
  try {
    return comparable(load(settings));
  } catch (error) {
    if (pulumi.RunError.isInstance(error)) return "refused";
    throw error;
  }
}

/** What was loaded, but for how it is written. */
function comparable({ cluster, config, lab, credentials }: Loaded): unknown {
  const { directors, realServers, maxUnavailable, allowBreakingConnections } = config;
  const hosts = Object.values({ ...directors, ...realServers });
  const routes = hosts.map((host) => routeTo(host, config.ssh));
  return { cluster, maxUnavailable, allowBreakingConnections, lab, routes, secrets: [...credentials] };
}

/** Whether leaving the setting out means the same; direct routing allows a destination only the port it has anyway. */
function isDefault(setting: string, value: unknown): boolean {
  const path = schemaPath(setting) ?? "";
  return schemaFields.get(path)?.default === value || path === "virtualServices.*.realServers.*.port";
}
