import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, relative } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, describe, expect, it } from "vitest";
import { type Settings as Loaded, loadSettings, type SshAccess } from "../../config/load.ts";
import { entry } from "../../model/cluster.ts";
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
  ["examples/Pulumi.example.yaml", { sshPrivateKey: privateKey }],
  ["test/config/valid/lab.yaml", {}],
  ["test/config/valid/existing-hosts.yaml", {}],
])("%s", (path, secrets) => {
  const written = readStack(path);
  const loaded = comparable(load(written, secrets));

  it.each(settingsIn(written))("means what it does by %s", (setting, value) => {
    const without = outcome(withChanges(written, { [setting]: undefined }), secrets);
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

  it("leaves access to the hosts to itself", () => {
    expect(load(lab).access).toEqual({});
  });
});

describe("access to existing hosts", () => {
  it("joins the shared settings with what a host says of its own", () => {
    const { jump, ...shared } = existingHosts.ssh as Settings;
    expect(sshOf("web2")).toEqual({
      ...shared,
      jump,
      user: "root",
      host: "web2.example.com",
      hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIN2eAtZa4AyTWL0Dy8bU3yqDdbuqsi5ntNHnF+3bwRVq",
    });
    expect(sshOf("lb1").user).toBe("deploy");
  });

  it("takes the key from the secret, and keeps it secret", async () => {
    const { privateKey: key, privateKeyPassphrase } = sshOf("web1", withoutWay, {
      sshPrivateKey: privateKey,
      sshPrivateKeyPassphrase: "open sesame",
    });
    expect(await revealed(key)).toEqual({ value: privateKey, isSecret: true });
    expect(await revealed(privateKeyPassphrase)).toEqual({ value: "open sesame", isSecret: true });
  });

  it("reads the key from a file, and keeps it secret", async () => {
    const { privateKey: key } = sshOf("web1", withChanges(withoutWay, { "ssh.privateKeyFile": keyFile }));
    expect(await revealed(key)).toEqual({ value: privateKey, isSecret: true });
  });

  it("looks for ~/ in the home directory", () => {
    const path = `~/${relative(homedir(), keyFile)}`;
    expect(() => load(withChanges(withoutWay, { "ssh.privateKeyFile": path }))).not.toThrow();
  });

  it("prefers a host's own way to authenticate to the shared one", () => {
    const { privateKey: key, agent } = sshOf(
      "web1",
      withChanges(existingHosts, { "realServers.web1.ssh.privateKeyFile": keyFile }),
    );
    expect(key).toBeDefined();
    expect(agent).toBeUndefined();
  });
});

describe("secrets", () => {
  it.each(["sshPrivatKey", "privateKey", "password"])("are not printed when misspelt as %s", (name) => {
    expect(refusalOf(withoutWay, { [name]: privateKey })).toBe(
      `the configuration has a mistake:\n  pulumi-lvs:${name}: unknown key; ` +
        "known here: subnet, directors, realServers, virtualServices, vrrp, healthEngine, maxUnavailable, allowBreakingConnections, extraLines, ssh, lab",
    );
  });

  it("are not printed when pasted where the name of a file belongs", () => {
    expect(refusalOf(withChanges(withoutWay, { "ssh.privateKeyFile": privateKey }))).not.toContain("b3BlbnN");
  });
});

describe("extra lines", () => {
  const lines = { keepalived: ["smtp_server 192.0.2.25"] };
  const withLine = { ...(lab.virtualServices as Settings) };
  withLine.web = { ...(withLine.web as Settings), extraLines: { keepalived: ["snmp_name hunter2"] } };

  it("are shown where they are not secrets", async () => {
    const { extraLines, cluster } = load(withChanges(lab, { extraLines: lines }));
    expect(await revealed(pulumi.output(extraLines.directors))).toEqual({
      value: { ldirectord: [], vrrp: [], ...lines },
      isSecret: false,
    });
    expect(cluster.extraLines.isSecret).toBe(false);
  });

  it("are all secrets where one under the same key is, and no others are", async () => {
    const { extraLines, cluster } = load(withChanges(lab, { extraLines: lines }), {
      virtualServices: withLine,
    });
    expect(await revealed(pulumi.output(extraLines.directors))).toMatchObject({ isSecret: false });
    expect(await revealed(pulumi.output(extraLines.services.web))).toEqual({
      value: { ldirectord: [], keepalived: ["snmp_name hunter2"] },
      isSecret: true,
    });
    expect(cluster.virtualServices.map((service) => service.extraLines.isSecret)).toEqual([true]);
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

  it.each([
    ["subnet", "198.18.7.0/24"],
    ["virtualServices", lab.virtualServices],
    ["extraLines", { keepalived: [] }],
  ])("are all that can be a secret: %s without any is refused", (key, value) => {
    expect(refusalOf(lab, { [key]: value })).toBe(
      `the configuration has a mistake:\n  pulumi-lvs:${key}: set it without --secret: of what is written here only extraLines can be secrets`,
    );
  });
});

it("ignores configuration of other namespaces", () => {
  load(lab);
  pulumi.runtime.setConfig("docker:host", "unix:///var/run/docker.sock");
  expect(() => loadSettings()).not.toThrow();
});

function sshOf(host: string, settings = existingHosts, secrets = {}): SshAccess["ssh"] {
  return entry(load(settings, secrets).access, host).ssh;
}

async function revealed<T>(output: pulumi.Output<T> | undefined) {
  if (!output) throw new Error("there is no such output");
  const value = await new Promise<unknown>((resolve) => output.apply(resolve));
  return { value, isSecret: await pulumi.isSecret(output) };
}

function outcome(settings: Settings, secrets: Record<string, string>): unknown {
  try {
    return comparable(load(settings, secrets));
  } catch (error) {
    if (pulumi.RunError.isInstance(error)) return "refused";
    throw error;
  }
}

/** What was loaded as plain data; every Output prints as the same text. */
function comparable(loaded: Loaded): unknown {
  return JSON.parse(JSON.stringify(loaded));
}

/** Whether leaving the setting out means the same; direct routing allows a destination only the port it has anyway. */
function isDefault(setting: string, value: unknown): boolean {
  const path = schemaPath(setting) ?? "";
  return schemaFields.get(path)?.default === value || path === "virtualServices.*.realServers.*.port";
}
