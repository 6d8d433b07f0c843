import { writeFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import type { SshArgs } from "../../components/index.ts";
import { machineOf } from "../../components/ssh.ts";
import { entry } from "../../model/cluster.ts";
import { temporaryDirectory } from "../toolchain/workspace.ts";
import { hostKey, makeCluster, privateKey, privateKeyPassphrase, recordCluster, ssh } from "./cluster.ts";
import { failuresOf, secret } from "./recording.ts";

describe("the connection", () => {
  const through = { host: "bastion.example.com", hostKey: "ssh-rsa AAAA", port: 2200, user: "hop" };
  const base = {
    host: "192.0.2.21",
    port: 22,
    user: "root",
    hostKey,
    dialErrorLimit: 9,
    perDialTimeout: 15,
  };
  const identity = { privateKey: "key", privateKeyPassword: "word" };

  it.each([
    ["a key", { hostKey, privateKey: "key" }, { ...base, privateKey: "key" }],
    ["the agent", { hostKey, agent: true }, base],
    [
      "another login and port",
      { hostKey, agent: true, user: "deploy", port: 2222 },
      { ...base, user: "deploy", port: 2222 },
    ],
    [
      "another address",
      { hostKey, agent: true, host: "web1.example.com" },
      { ...base, host: "web1.example.com" },
    ],
    ["patience", { hostKey, agent: true, dialAttempts: 30 }, { ...base, dialErrorLimit: 29 }],
    [
      "a jump host",
      { hostKey, privateKey: "key", privateKeyPassphrase: "word", jump: through },
      { ...base, ...identity, proxy: { ...through, ...identity, dialErrorLimit: 9, perDialTimeout: 15 } },
    ],
    [
      "a jump host with defaults",
      { hostKey, agent: true, dialAttempts: 3, jump: { host: "bastion", hostKey } },
      { ...base, dialErrorLimit: 2, proxy: { ...base, host: "bastion", dialErrorLimit: 2 } },
    ],
  ] as [string, SshArgs, object][])("is made for %s", async (_, access, expected) => {
    const { inputs } = entry(await recordCluster({ web1: { ssh: access } }), "Command web1");
    expect(inputs.connection).toEqual(secret(expected));
  });

  it("is secret before @pulumi/command makes it so", async () => {
    expect(
      await pulumi.isSecret(machineOf("realServers.web1", { address: "192.0.2.21", ssh }).connection),
    ).toBe(true);
  });

  it.each([
    ["no way to authenticate", { hostKey }, "missing; give one of privateKey, privateKeyFile, agent: true"],
    [
      "two ways",
      { hostKey, privateKey: "key", agent: true },
      'given {"privateKey":"the secret ssh.privateKey","agent":true}; give only one of privateKey, privateKeyFile, agent: true',
    ],
  ])("is refused with %s", async (_, access, words) => {
    expect(await failuresOf(() => makeCluster({ web1: { ssh: access } }))).toEqual([
      `the configuration has a mistake:\n  realServers.web1.ssh: ${words}`,
    ]);
  });

  it("has the key of a file", async () => {
    const file = `${temporaryDirectory()}/id_ed25519`;
    writeFileSync(file, privateKey);
    const { inputs } = entry(
      await recordCluster({ web1: { ssh: { hostKey, privateKeyFile: file } } }),
      "Command web1",
    );
    expect(inputs.connection).toEqual(secret({ ...base, privateKey }));
  });
});

describe("the way to a host", () => {
  const remedy =
    'give the host\'s public key as ssh-keyscan prints it, without the name: "ssh-ed25519 AAAA…"';

  it.each([
    ["an empty host key", { ...ssh, hostKey: "" }, `realServers.web1.ssh.hostKey: given ""; ${remedy}`],
    [
      "a host key that another resource provides",
      { ...ssh, hostKey: pulumi.output("SHA256:AAAA") },
      `realServers.web1.ssh.hostKey: given "SHA256:AAAA"; ${remedy}`,
    ],
    [
      "a jump host without a host key",
      { ...ssh, jump: { host: "bastion", hostKey: "" } },
      `realServers.web1.ssh.jump.hostKey: given ""; ${remedy}`,
    ],
    [
      "a file that is not there",
      { hostKey, privateKeyFile: "/nonexistent/id_ed25519" },
      'realServers.web1.ssh.privateKeyFile: given "/nonexistent/id_ed25519"; give a file that can be read (ENOENT)',
    ],
    [
      "a port",
      { ...ssh, port: 0 },
      "realServers.web1.ssh.port: given 0; give a port, a whole number from 1 to 65535",
    ],
  ] as [string, SshArgs, string][])("is refused with %s", async (_, access, line) => {
    expect(await failuresOf(() => makeCluster({ web1: { ssh: access } }))).toEqual([
      `the configuration has a mistake:\n  ${line}`,
    ]);
  });
});

describe("secrets", () => {
  const jump = { host: "bastion.example.com", hostKey, user: "hop" };

  it.each([
    ["plain", ssh],
    ["through a jump host", { ...ssh, jump }],
    [
      "secret",
      {
        ...ssh,
        privateKey: pulumi.secret(privateKey),
        privateKeyPassphrase: pulumi.secret(privateKeyPassphrase),
      },
    ],
  ] as [string, SshArgs][])("stay in the connection, given %s", async (_, access) => {
    const resources = Object.values(await recordCluster({ web1: { ssh: access }, lb1: { ssh: access } }));
    const connections = resources.flatMap(({ inputs }) => inputs.connection ?? []);
    expect(connections).toHaveLength(3);
    for (const connection of connections)
      expect(Object.keys(connection as object)).toEqual(Object.keys(secret("") as object));

    const elsewhere = JSON.stringify(
      resources.map((all) => ({ ...all, inputs: { ...all.inputs, connection: "" } })),
    );
    expect(elsewhere).toContain("192.0.2.100");
    for (const word of [privateKey, "PRIVATE KEY", "bm90IGEga2V5", privateKeyPassphrase]) {
      expect(elsewhere).not.toContain(JSON.stringify(word).slice(1, -1));
    }
  });
});
