import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { entry } from "../../model/cluster.ts";
import { describePlan } from "../../render/hostPlan.ts";
import { renderLauncher } from "../../render/script.ts";
import {
  hostKey,
  Machine,
  makeCluster,
  plans,
  privateKey,
  privateKeyPassphrase,
  recordCluster,
  ssh,
} from "./cluster.ts";
import { byLabel, type RecordedResource, record, unknown } from "./recording.ts";

describe("a preview", () => {
  it("shows the declaration of a service as it was written", async () => {
    const { inputs } = entry(
      await recordCluster({ web: { scheduler: "wlc", persistence: { timeoutSeconds: 60 } } }),
      "VirtualService web",
    );
    expect(inputs).toEqual({
      address: "192.0.2.100",
      port: 80,
      scheduler: "wlc",
      persistence: { timeoutSeconds: 60 },
      realServers: { web1: { weight: 1 }, web2: {} },
    });
  });

  it.each([
    ["Director lb1", "192.0.2.11"],
    ["RealServer web1", "192.0.2.21"],
    ["RealServer web2", "192.0.2.22"],
  ])("shows the plan of %s in words", async (label, address) => {
    const { name, inputs } = entry(await recordCluster(), label);
    const given = label.startsWith("Director") && {
      extraLines: { ldirectord: [], keepalived: [], vrrp: [] },
    };
    expect(inputs).toEqual({ address, ...given, plan: describePlan(entry(plans, name)) });
  });

  it("shows a changed weight on the service and the director, and nothing else", async () => {
    const before = await recordCluster();
    const after = await recordCluster({ share1: { weight: 3 } });
    expect(differences(before, after)).toEqual([
      ["Command lb1", "stdin"],
      ["Director lb1", "plan"],
      ["VirtualService web", "realServers"],
    ]);
    expect(after["VirtualService web"]?.inputs.realServers).toEqual({ web1: { weight: 3 }, web2: {} });
    expect(after["Command lb1"]?.hideDiffs).toEqual(["stdin"]);
  });

  it("shows nothing for another key or passphrase but a changed connection", async () => {
    const after = await recordCluster({ web1: { ssh: { ...ssh, privateKey: "another" } } });
    expect(differences(await recordCluster(), after)).toEqual([["Command web1", "connection"]]);
  });

  it("asks nothing of a host whose machine is yet to be made", async () => {
    const resources = byLabel(
      await record(() => makeCluster({ web1: { machineId: new Machine("machine").address } }), {
        preview: true,
      }),
    );
    expect(entry(resources, "Command web1").inputs.stdin).toBe(unknown);
    expect(entry(resources, "Command web2").inputs.stdin).toBe(renderLauncher(entry(plans, "web2"), "0"));
  });

  it("goes on where hosts are not known yet", async () => {
    const made = await record(
      () => {
        const machine = new Machine("machine");
        makeCluster({
          web1: {
            address: machine.address,
            machineId: machine.id,
            ssh: { hostKey: machine.hostKey, privateKey: machine.privateKey },
          },
        });
      },
      { preview: true },
    );
    const resources = byLabel(made);
    expect(resources["Command web1"]?.inputs).toMatchObject({ connection: unknown, stdin: unknown });
    expect(resources["Command lb1"]?.inputs).toMatchObject({ stdin: unknown });
    expect(resources["Command lb1"]?.dependsOn).toEqual(["Command web1", "Command web2", "Machine machine"]);
    expect(resources["Command web2"]?.inputs.stdin).toBe(renderLauncher(entry(plans, "web2"), "0"));
  });
});

describe("arguments that other resources provide", () => {
  it("mean what they would mean written down", async () => {
    const plain = await recordCluster();
    const provided = byLabel(
      await record(() => {
        const machine = new Machine("machine", { address: "192.0.2.21", hostKey, privateKey });
        makeCluster({
          web1: {
            address: machine.address,
            vips: pulumi.output(["192.0.2.100"]),
            ssh: { hostKey: machine.hostKey, privateKey: machine.privateKey, privateKeyPassphrase },
          },
          share1: { weight: pulumi.output(1) },
          web: { address: pulumi.output("192.0.2.100"), port: pulumi.output(80) },
          lb1: { subnet: pulumi.output("192.0.2.0/24") },
        });
      }),
    );
    for (const label of Object.keys(plain)) expect(provided[label]?.inputs).toEqual(plain[label]?.inputs);
  });
});

/** Label and input of everything that is not the same in both. */
function differences(
  before: Record<string, RecordedResource>,
  after: Record<string, RecordedResource>,
): [label: string, input: string][] {
  return Object.entries(after)
    .flatMap(([label, { inputs }]) =>
      Object.keys(inputs)
        .filter((key) => JSON.stringify(inputs[key]) !== JSON.stringify(before[label]?.inputs[key]))
        .map((key): [string, string] => [label, key]),
    )
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
