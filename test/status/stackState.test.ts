import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { parseStackState } from "../../status/stackState.ts";
import { inCheckout } from "../fixtures.ts";

const secretMark = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
const urn = (type: string, name: string) => `urn:pulumi:prod::pulumi-lvs::${type}::${name}`;

const stack = { urn: urn("pulumi:pulumi:Stack", "pulumi-lvs-prod"), type: "pulumi:pulumi:Stack" };
const login = {
  host: "192.0.2.11",
  port: 22,
  user: "deploy",
  hostKey: "ssh-ed25519 AAAA",
  dialErrorLimit: 10,
};

function commandOf(role: string, connection: object) {
  return {
    urn: urn(`lvs:index:${role}$command:remote:Command`, "lb1"),
    type: "command:remote:Command",
    parent: urn(`lvs:index:${role}`, "lb1"),
    inputs: { connection: secret(connection), stdin: "the script" },
  };
}

/** As `pulumi stack export --show-secrets` has it. */
function secret(value: unknown): object {
  return { ...secretMark, plaintext: JSON.stringify(value) };
}

function stateWith(...resources: object[]) {
  return parseStackState(JSON.stringify({ version: 3, deployment: { resources } }));
}

afterEach(() => vi.unstubAllEnvs());

describe("the state of a stack", () => {
  it("has the stack's outputs", () => {
    const outputs = { vip: "192.0.2.100" };
    expect(stateWith({ ...stack, outputs })).toEqual({ outputs, hasLab: false, hosts: [] });
  });

  it("has nothing where the stack is not up", () => {
    expect(parseStackState('{"version":3,"deployment":{}}')).toEqual({
      outputs: {},
      hasLab: false,
      hosts: [],
    });
  });

  it("tells a lab from hosts that were there before", () => {
    expect(stateWith(stack, { urn: urn("lvs:lab:Lab", "lab"), type: "lvs:lab:Lab" }).hasLab).toBe(true);
  });

  it.each([
    ["Director", "director"],
    ["RealServer", "realServer"],
  ])("has each %s, the way to it, and its script", (component, role) => {
    const route = { ...login, privateKey: "key", privateKeyPassword: "word", perDialTimeout: 15 };
    const command = commandOf(component, { ...route, proxy: { ...login, host: "bastion" } });
    const { dialErrorLimit: _, ...way } = login;
    const briefly = { dialErrorLimit: 0, perDialTimeoutSeconds: 5 };
    const target = { ...way, privateKey: "key", passphrase: "word", ...briefly };
    vi.stubEnv("SSH_AUTH_SOCK", "");
    expect(stateWith(stack, command).hosts).toEqual([
      {
        name: "lb1",
        role,
        script: "the script",
        target: { ...target, jump: { ...way, host: "bastion", ...briefly } },
      },
    ]);
  });

  it("has the hosts of a cluster that is one component", () => {
    const parent = urn("lvs:index:Cluster$lvs:index:Director", "lb1");
    const command = { ...commandOf("Cluster$lvs:index:Director", login), parent };
    expect(stateWith(stack, command).hosts).toMatchObject([{ name: "lb1", role: "director" }]);
  });

  it("is read through secrets within secrets, as the official plugin keeps keys and passwords", () => {
    const keys = { privateKey: secret("key"), privateKeyPassword: secret("word") };
    const connection = { ...login, ...keys, proxy: secret({ ...login, ...keys, host: "bastion" }) };
    const [host] = stateWith(stack, commandOf("Director", connection)).hosts;
    const inClear = { privateKey: "key", passphrase: "word" };
    expect(host?.target).toMatchObject({ ...inClear, jump: { ...inClear, host: "bastion" } });
  });

  it("is read from what the official CLI and plugins have left", () => {
    const exported = readFileSync(inCheckout("test/toolchain/recorded/state.json"), "utf8");
    const { outputs, hasLab, hosts } = parseStackState(exported);
    expect(outputs.vip).toBe("198.18.40.100");
    expect(hasLab).toBe(true);
    const script = "SCRIPT";
    const way = { user: "root", port: 22, hostKey: "HOST_KEY", privateKey: "PRIVATE_KEY" };
    expect(hosts).toMatchObject([
      { name: "web1", role: "realServer", target: { ...way, host: "198.18.40.21" }, script },
      { name: "lb1", role: "director", target: { ...way, host: "198.18.40.11" }, script },
    ]);
  });

  it("leaves authentication to the agent where no key was given", () => {
    vi.stubEnv("SSH_AUTH_SOCK", "/run/agent");
    const [host] = stateWith(stack, commandOf("Director", login)).hosts;
    expect(host?.target.agentSocket).toBe("/run/agent");
  });

  it("passes over commands that are no host's", () => {
    expect(stateWith(stack, { ...commandOf("Director", login), parent: stack.urn }).hosts).toEqual([]);
  });
});
