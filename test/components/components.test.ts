import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { RealServer, VirtualService } from "../../components/index.ts";
import { entry } from "../../model/cluster.ts";
import { renderLauncher } from "../../render/script.ts";
import { hostKey, Machine, plans, privateKey, privateKeyPassphrase, recordCluster, ssh } from "./cluster.ts";
import { record, secret } from "./recording.ts";

describe("a cluster of components", () => {
  it("is a component for each host and service, and one command for each host", async () => {
    const resources = await recordCluster();
    expect(Object.keys(resources).sort()).toEqual([
      "Command lb1",
      "Command web1",
      "Command web2",
      "Director lb1",
      "RealServer web1",
      "RealServer web2",
      "VirtualService web",
    ]);
    expect(Object.values(resources).map(({ type }) => type)).toEqual(
      expect.arrayContaining(["lvs:index:Director", "lvs:index:RealServer", "lvs:index:VirtualService"]),
    );
  });

  it.each([
    ["lb1", "192.0.2.11"],
    ["web1", "192.0.2.21"],
    ["web2", "192.0.2.22"],
  ])("gives the command of %s these inputs and no other", async (host, address) => {
    const { inputs } = entry(await recordCluster(), `Command ${host}`);
    expect(inputs).toEqual({
      connection: secret({
        host: address,
        port: 22,
        user: "root",
        hostKey,
        privateKey,
        privateKeyPassword: privateKeyPassphrase,
        dialErrorLimit: 9,
        perDialTimeout: 15,
      }),
      create: "bash -s -- converge",
      delete: "bash -s -- remove",
      stdin: renderLauncher(entry(plans, host), "0"),
      logging: "stderr",
      addPreviousOutputInEnv: false,
    });
  });

  it("takes extra lines for each daemon, plain or secret, and plans them", async () => {
    const resources = await recordCluster({
      web: { extraLines: { ldirectord: ["comment = web"], keepalived: pulumi.secret(["quorum 2"]) } },
      lb1: { extraLines: { ldirectord: ["emailalertfreq = 300"], vrrp: [] } },
    });
    const { plan } = entry(resources, "Director lb1").inputs;
    expect(JSON.stringify(plan)).toContain("emailalertfreq = 300");
    // As one line of a service is a secret, the others are too.
    expect(JSON.stringify(plan)).not.toContain("comment = web");
  });

  it("registers outputs for every component", async () => {
    const {
      "Director lb1": director,
      "RealServer web1": server,
      "VirtualService web": service,
    } = await recordCluster();
    expect(director?.outputs).toEqual({ address: "192.0.2.11" });
    expect(server?.outputs).toEqual({ address: "192.0.2.21", vips: ["192.0.2.100"] });
    expect(service?.outputs).toEqual({ address: "192.0.2.100", port: 80 });
  });
});

describe("order", () => {
  it("is real servers first, then the director", async () => {
    const resources = await recordCluster();
    const order = Object.entries(resources).map(([label, { dependsOn }]) => [label, dependsOn]);
    expect(Object.fromEntries(order)).toEqual({
      "Command lb1": ["Command web1", "Command web2"],
      "Command web1": [],
      "Command web2": [],
      "Director lb1": [],
      "RealServer web1": [],
      "RealServer web2": [],
      "VirtualService web": [],
    });
  });

  it.each([
    ["an old director back before the new one announces the same VIPs", "lb1", "192.0.2.11", true],
    ["an old real server back only when directors have left it", "web1", "192.0.2.21", false],
  ])("gives %s", async (_, host, replacementTrigger, deleteBeforeReplace) => {
    expect(entry(await recordCluster(), `Command ${host}`)).toMatchObject({
      deleteBeforeReplace,
      replacementTrigger,
    });
  });

  it("puts each command under its host", async () => {
    const resources = await recordCluster();
    expect(resources["Command lb1"]?.parent).toBe("Director lb1");
    expect(resources["Command web1"]?.parent).toBe("RealServer web1");
  });

  it("skips giving a host back that goes away with something else", async () => {
    const resources = await record(() => {
      const machine = new Machine("machine");
      new RealServer("web1", { address: "192.0.2.21", ssh, vips: [] }, { deletedWith: machine });
    });
    expect(
      resources.find(({ name, type }) => name === "web1" && type === "command:remote:Command")?.deletedWith,
    ).toBe("Machine machine");
  });
});

describe("what components offer to a program", () => {
  it("is their addresses, resolved", async () => {
    const offered: Record<string, unknown> = {};
    await record(() => {
      const server = new RealServer("web1", {
        address: "192.0.2.21",
        ssh,
        vips: ["192.0.2.100"],
      });
      const service = new VirtualService("web", {
        address: "192.0.2.100",
        port: 80,
        realServers: [{ server }],
      });
      pulumi
        .all([server.address, service.address, service.port])
        .apply(([address, vip, port]) => Object.assign(offered, { address, vip, port }));
    });
    expect(offered).toEqual({ address: "192.0.2.21", vip: "192.0.2.100", port: 80 });
  });
});
