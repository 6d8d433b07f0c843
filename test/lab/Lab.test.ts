import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, it } from "vitest";

const privateKey = "-----BEGIN OPENSSH PRIVATE KEY-----\nsecret of ";
const imageId = "sha256:1111";
const secretSignature = "4dabf18193072939515e22adb298388d";

interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  readonly provider: string | undefined;
}

const registered: Registered[] = [];
const options = new Map<string, pulumi.CustomResourceOptions>();
let hosts: Record<string, { privateKey: string; hostKey: string; containerId: string }>;
let privateKeyIsSecret: boolean;

beforeAll(async () => {
  await pulumi.runtime.setMocks({
    call: () => ({}),
    newResource: ({ type, name, inputs, provider }) => {
      registered.push({ type, name, inputs, provider });
      return { id: `${name}-id`, state: { ...inputs, ...madeBy(type, name) } };
    },
  });
  const { Lab } = await import("../../lab/Lab.ts");
  const lab = new Lab(
    "lab",
    {
      stack: "test",
      subnet: "198.18.9.0/24",
      hosts: [
        { name: "lb1", role: "director", address: "198.18.9.11" },
        { name: "web1", role: "realServer", address: "198.18.9.21" },
      ],
    },
    {
      transformations: [
        ({ type, name, opts }) => {
          options.set(`${type} ${name}`, opts);
          return undefined;
        },
      ],
    },
  );
  hosts = await settled(
    Object.fromEntries(
      Object.entries(lab.hosts).map(([name, { containerId, ssh }]) => [
        name,
        { containerId, privateKey: ssh.privateKey, hostKey: ssh.hostKey },
      ]),
    ),
  );
  const director = lab.hosts.lb1;
  if (!director) throw new Error("the lab has no lb1");
  privateKeyIsSecret = await pulumi.isSecret(director.ssh.privateKey);
});

describe("a lab", () => {
  it("is a network, an image, a key pair for the operator and each host, and a container per host", () => {
    expect(registered.map(({ type, name }) => `${type} ${name}`).sort()).toEqual([
      "command:local:Command lab-lb1",
      "command:local:Command lab-operator",
      "command:local:Command lab-web1",
      "docker:index/container:Container lb1",
      "docker:index/container:Container web1",
      "docker:index/image:Image lab",
      "docker:index/network:Network lab",
      "lvs:lab:KeyPair lab-lb1",
      "lvs:lab:KeyPair lab-operator",
      "lvs:lab:KeyPair lab-web1",
      "lvs:lab:Lab lab",
      "pulumi:providers:docker lab",
    ]);
  });

  it("asks no other docker provider than its own", () => {
    const docker = registered.filter(({ type }) => type.startsWith("docker:"));
    expect(docker.map(({ provider }) => provider?.split("::").at(-2))).toEqual(docker.map(() => "lab"));
  });

  it("has the network that was asked for, labelled with the stack", () => {
    expect(inputsOf("docker:index/network:Network", "lab")).toEqual({
      name: "pulumi-lvs-test",
      ipamConfigs: [{ subnet: "198.18.9.0/24", gateway: "198.18.9.1" }],
      labels: [{ label: "pulumi-lvs.stack", value: "test" }],
    });
  });

  it("builds the image from paths that do not depend on where the checkout is", () => {
    expect(inputsOf("docker:index/image:Image", "lab")).toEqual({
      imageName: "pulumi-lvs-lab:full",
      skipPush: true,
      // The SDK's default.
      buildOnPreview: false,
      build: {
        context: "lab/image",
        dockerfile: "lab/image/Dockerfile",
        target: "full",
        platform: expect.stringMatching(/^linux\/(amd64|arm64)$/),
        builderVersion: "BuilderV1",
      },
    });
    expect(inputsOf("command:local:Command", "lab-operator").create).toBe(
      "node --import ./setup/bundled.mjs ./lab/keygen.ts",
    );
  });

  it("tells how to reach each host, with a key of its own per host", () => {
    expect(hosts.lb1).toEqual({
      containerId: "lb1-id",
      privateKey: `${privateKey}lab-operator`,
      hostKey: "ssh-ed25519 lab-lb1",
    });
    expect(hosts.web1?.hostKey).toBe("ssh-ed25519 lab-web1");
  });
});

describe("a real server's container", () => {
  it("has exactly these inputs", () => {
    expect(unwrapped(inputsOf("docker:index/container:Container", "web1"))).toEqual(containerOf("web1"));
  });
});

describe("a director's container", () => {
  it("has in addition what a guest kernel needs", () => {
    expect(unwrapped(inputsOf("docker:index/container:Container", "lb1"))).toEqual({
      ...containerOf("lb1"),
      tmpfs: { "/run": "", "/run/lock": "", "/dev/shm": "rw,exec,size=200m" },
      envs: [expect.stringMatching(/^LAB_NAMESERVERS=/)],
    });
  });
});

describe("a container", () => {
  it("is removed before its successor is made, and outlives a change of nameservers", () => {
    expect(options.get("docker:index/container:Container lb1")).toMatchObject({
      deleteBeforeReplace: true,
      ignoreChanges: ["envs"],
      additionalSecretOutputs: ["uploads"],
    });
  });
});

describe("private keys", () => {
  it("are secret", () => {
    expect(privateKeyIsSecret).toBe(true);
    expect(options.get("command:local:Command lab-operator")?.additionalSecretOutputs).toEqual(["stdout"]);
  });

  it("stand in no input that is not secret", () => {
    expect(JSON.stringify(registered.map(({ inputs }) => unwrapped(inputs)))).toContain(
      JSON.stringify(privateKey).slice(1, -1),
    );
    expect(JSON.stringify(registered.map(({ inputs }) => withoutSecrets(inputs)))).not.toContain(
      "PRIVATE KEY",
    );
  });

  it("are printed by no command that logs", () => {
    const commands = registered.filter(({ type }) => type === "command:local:Command");
    expect(commands.map(({ inputs }) => inputs.logging)).toEqual(["none", "none", "none"]);
  });
});

function containerOf(name: "lb1" | "web1") {
  const [role, address] = { lb1: ["director", "198.18.9.11"], web1: ["realServer", "198.18.9.21"] }[name];
  return {
    name: `pulumi-lvs-test-${name}`,
    hostname: name,
    labels: [
      { label: "pulumi-lvs.stack", value: "test" },
      { label: "pulumi-lvs.host", value: name },
    ],
    image: imageId,
    command: [role, "192"],
    networksAdvanced: [{ name: "lab-id", ipv4Address: address }],
    uploads: [
      { file: "/etc/ssh/ssh_host_ed25519_key", content: `${privateKey}lab-${name}`, permissions: "0600" },
      { file: "/root/.ssh/authorized_keys", content: "ssh-ed25519 lab-operator", permissions: "0600" },
    ],
    memory: 256,
    memorySwap: 256,
    restart: "unless-stopped",
    stopTimeout: 30,
    capabilities: { adds: ["CAP_NET_ADMIN"] },
    securityOpts: ["apparmor=unconfined", "systempaths=unconfined"],
    tmpfs: { "/run": "", "/run/lock": "" },
    volumes: [{ hostPath: "/sys/fs/cgroup", containerPath: "/sys/fs/cgroup" }],
    cgroupnsMode: "host",
    ...(name === "lb1" && { cpuShares: 8192 }),
  };
}

/** What the engine would compute. */
function madeBy(type: string, name: string): Record<string, unknown> {
  if (type === "docker:index/image:Image") return { repoDigest: imageId };
  if (type !== "command:local:Command") return {};
  return {
    stdout: JSON.stringify({ privateKey: `${privateKey}${name}`, publicKey: `ssh-ed25519 ${name}` }),
  };
}

function inputsOf(type: string, name: string): Record<string, unknown> {
  const found = registered.find((resource) => resource.type === type && resource.name === name);
  if (!found) throw new Error(`no ${type} ${name} was registered`);
  return found.inputs;
}

/** The same value with every secret opened. */
function unwrapped(value: unknown): unknown {
  return mapSecrets(value, unwrapped);
}

/** The same value with every secret taken out. */
function withoutSecrets(value: unknown): unknown {
  return mapSecrets(value, () => "[secret]");
}

function mapSecrets(value: unknown, ofSecret: (content: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((inner) => mapSecrets(inner, ofSecret));
  if (typeof value !== "object" || value === null) return value;
  if (secretSignature in value && "value" in value) return ofSecret(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapSecrets(inner, ofSecret)]));
}

function settled<T>(value: pulumi.Input<T>): Promise<pulumi.Unwrap<T>> {
  return new Promise((resolve) => pulumi.output(value).apply(resolve));
}
