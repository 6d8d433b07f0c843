import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { Cluster } from "../../components/index.ts";
import { resolveCluster } from "../../config/resolve.ts";
import { configSchema } from "../../config/schema.ts";
import { entry } from "../../model/cluster.ts";
import { plansOf } from "../../render/plans.ts";
import { digestIn, digestOf } from "../../render/script.ts";
import { load } from "../config/loading.ts";
import { readStack, type Settings, withChanges } from "../fixtures.ts";
import { make, onHosts, recorded, small, withOutputs } from "./asArguments.ts";
import { hostKey, Machine, plans, privateKey } from "./cluster.ts";
import { byLabel, failuresOf, record, secret, unknown } from "./recording.ts";

describe("a cluster", () => {
  it("is everything that its configuration names, under one component", async () => {
    const resources = await recorded(small);
    const tree = Object.entries(resources).map(([label, { parent }]) => [label, parent]);
    expect(Object.fromEntries(tree)).toEqual({
      "Cluster edge": "",
      "Command lb1": "Director lb1",
      "Command web1": "RealServer web1",
      "Command web2": "RealServer web2",
      "Director lb1": "Cluster edge",
      "RealServer web1": "Cluster edge",
      "RealServer web2": "Cluster edge",
      "Stash edge": "VirtualRouter edge",
      "VirtualRouter edge": "Cluster edge",
    });
    expect(entry(resources, "Command lb1").dependsOn).toEqual(["Command web1", "Command web2", "Stash edge"]);
  });

  it.each([
    "examples/Pulumi.example.yaml",
    "Pulumi.dev.yaml",
    "test/render/fixtures/every-setting.yaml",
    "test/render/fixtures/keepalived-pair.yaml",
    "test/render/fixtures/other-checks.yaml",
    "test/render/fixtures/shared-vips.yaml",
  ])("has the hosts converged to what %s means, whatever provides its leaves", async (path) => {
    const settings = readStack(path);
    const resources = await recorded(withOutputs(withChanges(onHosts(settings), { "ssh.agent": true })));
    const expected = plansOf(resolveCluster(configSchema.parse(settings), "pulumi-lvs/test/edge"));
    expect(expected.length).toBeGreaterThan(1);
    for (const plan of expected) {
      const { stdin } = entry(resources, `Command ${plan.host}`).inputs;
      expect(digestIn(String(stdin))).toBe(digestOf(plan));
    }
  });

  it("offers what the stack's outputs are", async () => {
    const { "Cluster edge": cluster } = await recorded(small);
    expect(cluster?.outputs).toEqual({
      vip: "192.0.2.100",
      url: "http://192.0.2.100/",
      virtualServices: [
        {
          name: "web",
          address: "192.0.2.100",
          port: 80,
          protocol: "tcp",
          forwarding: "dr",
          scheduler: "wrr",
          realServers: [
            { name: "web1", address: "192.0.2.21", weight: 1 },
            { name: "web2", address: "192.0.2.22", weight: 1 },
          ],
        },
      ],
      directors: [{ name: "lb1", address: "192.0.2.11" }],
      realServers: [
        { name: "web1", address: "192.0.2.21" },
        { name: "web2", address: "192.0.2.22" },
      ],
    });
  });

  it("takes from a program what it knows of a machine", async () => {
    const resources = byLabel(
      await record(() => {
        const machine = new Machine("machine", { address: "192.0.2.21", hostKey });
        make(
          withChanges(small, {
            "realServers.web1": {
              address: machine.address,
              ssh: { hostKey: machine.hostKey },
              machineId: machine.id,
              deletedWith: machine,
            },
          }),
        );
      }),
    );
    expect(entry(resources, "Command web1")).toMatchObject({
      deletedWith: "Machine machine",
      dependsOn: ["Machine machine"],
      inputs: { connection: secret(expect.objectContaining({ host: "192.0.2.21", hostKey, privateKey })) },
    });
  });
});

describe("the cluster of a stack that has a lab", () => {
  it("reaches its hosts as the lab says", async () => {
    const resources = byLabel(
      await record(() => {
        const machine = new Machine("container");
        const ssh = { hostKey, privateKey: pulumi.secret(privateKey), dialAttempts: 30 };
        const made = { ssh, machineId: machine.id, deletedWith: machine };
        const { lab: _, ...settings } = load(readStack("test/config/valid/lab.yaml"));
        new Cluster("cluster", { ...settings, machines: { lb1: made, web1: made, web2: made } });
      }),
    );
    const login = { host: "198.18.7.21", port: 22, user: "root", hostKey, privateKey };
    expect(entry(resources, "Command web1")).toMatchObject({
      deletedWith: "Machine container",
      inputs: { connection: secret({ ...login, dialErrorLimit: 29, perDialTimeout: 15 }) },
    });
  });
});

describe("what is not known at preview", () => {
  const preview = { preview: true };
  const withMachine = (change: (machine: Machine) => Settings) => () =>
    make(withChanges(small, change(new Machine("machine"))));

  it("leaves open what hangs on it, and shows the rest", async () => {
    const program = withMachine(({ address, hostKey }) => ({
      "realServers.web3": { address, ssh: { hostKey } },
      "virtualServices.mail": { address: "192.0.2.101", port: 25, realServers: { web3: {} } },
    }));
    const resources = byLabel(await record(program, preview));
    const stdin = (host: string) => entry(resources, `Command ${host}`).inputs.stdin;
    expect(digestIn(String(stdin("web1")))).toBe(digestOf(entry(plans, "web1")));
    expect(digestIn(String(stdin("web2")))).toBe(digestOf(entry(plans, "web2")));
    expect([stdin("web3"), stdin("lb1")]).toEqual([unknown, unknown]);
    expect(entry(resources, "Command lb1").replacementTrigger).toBe("192.0.2.11");
    expect(entry(resources, "Cluster edge").outputs?.realServers).toBe(unknown);
  });

  it("leaves open one host alone where only the way to it is not known", async () => {
    const program = withMachine(({ hostKey }) => ({ "realServers.web2.ssh.hostKey": hostKey }));
    const resources = byLabel(await record(program, preview));
    const isOpen = (host: string) => entry(resources, `Command ${host}`).inputs.stdin === unknown;
    expect(["lb1", "web1", "web2"].map(isOpen)).toEqual([false, false, true]);
    expect(entry(resources, "Cluster edge").outputs).toMatchObject({ vip: "192.0.2.100" });
  });

  it.each([
    ["the link", ({ address }: Machine) => ({ subnet: address })],
    ["a VIP", ({ address }: Machine) => ({ "virtualServices.web.address": address })],
    ["a shared setting", ({ address }: Machine) => ({ "ssh.user": address })],
    ["a jump host", ({ address }: Machine) => ({ "ssh.jump": { host: address, hostKey } })],
    [
      "every host",
      ({ address }: Machine) => ({
        "directors.lb1.address": address,
        "realServers.web1.address": address,
        "realServers.web2.address": address,
      }),
    ],
  ])("is no mistake: %s", async (_, change) => {
    const resources = byLabel(await record(withMachine(change), preview));
    expect(Object.keys(resources)).toContain("Command lb1");
  });

  it.each([
    ["port", { "virtualServices.web.port": 0 }, "port: given 0; give a port, a whole number from 1 to 65535"],
    [
      "address",
      { "virtualServices.web.address": "198.51.100.1" },
      'address: given "198.51.100.1"; give an address of 192.0.2.0/24, or set routed: true if a router sends it there',
    ],
  ])("hides no mistake beside it: %s", async (_, mistake, line) => {
    const program = withMachine(({ address }) => ({ "realServers.web2.address": address, ...mistake }));
    expect(await failuresOf(program, preview)).toEqual([
      `the configuration has a mistake:\n  edge:virtualServices.web.${line}`,
    ]);
  });

  it("is checked as soon as it is known", async () => {
    const program = () => {
      const { address } = new Machine("machine", { address: "web1.example.com" });
      make(withChanges(small, { "realServers.web1.address": address, "virtualServices.web.port": 0 }));
    };
    expect(await failuresOf(program)).toEqual([
      "the configuration has 2 mistakes:\n" +
        '  edge:realServers.web1.address: given "web1.example.com"; give an IPv4 address such as 192.0.2.10\n' +
        "  edge:virtualServices.web.port: given 0; give a port, a whole number from 1 to 65535",
    ]);
  });
});
