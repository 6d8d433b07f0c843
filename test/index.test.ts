import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it, vi } from "vitest";
import { settled } from "../components/output.ts";
import { plansOf } from "../render/plans.ts";
import { digestIn, digestOf } from "../render/script.ts";
import { labelOf, record } from "./components/recording.ts";
import { asEngineConfig, clusterOf, projectName, readStack, withChanges } from "./fixtures.ts";

vi.mock("../config/resolve.ts", async (original) => {
  const actual = await original<typeof import("../config/resolve.ts")>();
  return { ...actual, resolveCluster: vi.fn(actual.resolveCluster) };
});
vi.mock("../model/rules.ts", async (original) => {
  const actual = await original<typeof import("../model/rules.ts")>();
  return { ...actual, clusterIssues: vi.fn(actual.clusterIssues) };
});

const privateKey = "-----BEGIN OPENSSH PRIVATE KEY-----\nbm90IGEga2V5\n-----END OPENSSH PRIVATE KEY-----\n";

describe("the program, on the example's hosts,", () => {
  it("makes components and commands for what is configured, and nothing else", async () => {
    const { resources } = await run("examples/Pulumi.example.yaml");
    expect(resources.map(labelOf).sort()).toEqual([
      "Cluster cluster",
      "Command lb1",
      "Command mail1",
      "Command web1",
      "Command web2",
      "Director lb1",
      "RealServer mail1",
      "RealServer web1",
      "RealServer web2",
      "Stash cluster",
      "VirtualRouter cluster",
    ]);
  });

  it("resolves and judges the cluster once", async () => {
    vi.clearAllMocks();
    await run("examples/Pulumi.example.yaml");
    expect((await import("../config/resolve.ts")).resolveCluster).toHaveBeenCalledTimes(1);
    expect((await import("../model/rules.ts")).clusterIssues).toHaveBeenCalledTimes(1);
  });

  it("converges the director after every real server", async () => {
    const { resources } = await run("examples/Pulumi.example.yaml");
    const order = resources.filter(({ type }) => type === "command:remote:Command");
    expect(Object.fromEntries(order.map(({ name, dependsOn }) => [name, dependsOn]))).toEqual({
      lb1: ["Command mail1", "Command web1", "Command web2", "Stash cluster"],
      mail1: [],
      web1: [],
      web2: [],
    });
  });

  it("has each host converged to the plan that the configuration means", async () => {
    const { resources } = await run("examples/Pulumi.example.yaml");
    const commands = resources.filter(({ type }) => type === "command:remote:Command");
    const cluster = clusterOf(readStack("examples/Pulumi.example.yaml"));
    // The engine sorts the keys of mappings.
    const byName = cluster.virtualServices.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const plans = plansOf({ ...cluster, virtualServices: byName });
    expect(
      Object.fromEntries(commands.map(({ name, inputs }) => [name, digestIn(String(inputs.stdin))])),
    ).toEqual(Object.fromEntries(plans.map((plan) => [plan.host, digestOf(plan)])));
  });

  it("has these outputs", async () => {
    const { outputs } = await run("examples/Pulumi.example.yaml");
    expect(outputs).toEqual({
      vip: "192.0.2.100",
      url: "http://192.0.2.100/",
      virtualServices: [
        {
          name: "submission",
          address: "192.0.2.101",
          port: 587,
          protocol: "tcp",
          forwarding: "dr",
          scheduler: "wrr",
          realServers: [{ name: "mail1", address: "192.0.2.31", weight: 1 }],
        },
        {
          name: "web",
          address: "192.0.2.100",
          port: 80,
          protocol: "tcp",
          forwarding: "dr",
          scheduler: "wlc",
          realServers: [
            { name: "web1", address: "192.0.2.21", weight: 3 },
            { name: "web2", address: "192.0.2.22", weight: 2 },
          ],
        },
      ],
      directors: [{ name: "lb1", address: "192.0.2.11" }],
      realServers: [
        { name: "mail1", address: "192.0.2.31" },
        { name: "web1", address: "192.0.2.21" },
        { name: "web2", address: "192.0.2.22" },
      ],
    });
  });

  it("prints the private key nowhere but in connections", async () => {
    const { resources, outputs } = await run("examples/Pulumi.example.yaml");
    const withoutConnections = resources.map((all) => ({
      ...all,
      inputs: { ...all.inputs, connection: "", ...(all.type === "pulumi:index:Stash" && { input: "" }) },
    }));
    expect(JSON.stringify(resources)).toContain("bm90IGEga2V5");
    expect(JSON.stringify([withoutConnections, outputs])).not.toContain("bm90IGEga2V5");
  });
});

describe("the program, on a configuration with three mistakes,", () => {
  it("says all of them, and makes nothing", async () => {
    let message = "";
    const resources = await record(async () => {
      configure("Pulumi.dev.yaml", {
        [`${projectName}:subnet`]: "198.18.7.1",
        [`${projectName}:labs`]: "{}",
        [`${projectName}:directors`]: '{"lb1":{}}',
      });
      await import("../index.ts").catch((error: Error) => {
        message = error.message;
      });
    });
    expect(message.split("\n")).toEqual([
      "the configuration has 3 mistakes:",
      expect.stringContaining("  pulumi-lvs:subnet: given"),
      expect.stringContaining("  pulumi-lvs:directors.lb1.address: missing"),
      expect.stringContaining("  pulumi-lvs:labs: unknown key"),
    ]);
    expect(resources).toEqual([]);
  });
});

/** Runs index.ts on a stack file. */
async function run(stackFile: string) {
  let outputs: unknown;
  const resources = await record(async () => {
    configure(stackFile);
    outputs = await settled(pulumi.output({ ...(await import("../index.ts")) }));
  });
  return { resources, outputs };
}

/** Sets what the engine would for a stack file and the example's secret. */
function configure(stackFile: string, changes: Record<string, string> = {}): void {
  const config = asEngineConfig(withChanges(readStack(stackFile), { "ssh.privateKey": privateKey }));
  pulumi.runtime.setAllConfig({ ...config, ...changes }, [`${projectName}:ssh`]);
  vi.resetModules();
}
