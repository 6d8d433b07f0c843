import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { entry } from "../../model/cluster.ts";
import { type Settings, withChanges } from "../fixtures.ts";
import { make, recorded, small } from "./asArguments.ts";
import { hostKey, privateKey, privateKeyPassphrase } from "./cluster.ts";
import { failuresOf, inClear, secret } from "./recording.ts";

describe("secrets of a cluster", () => {
  const jump = { host: "bastion.example.com", hostKey, user: "hop" };

  it.each([
    ["shared", { ssh: { privateKey, privateKeyPassphrase, jump } }],
    [
      "secret",
      {
        ssh: {
          privateKey: pulumi.secret(privateKey),
          privateKeyPassphrase: pulumi.secret(privateKeyPassphrase),
        },
      },
    ],
    [
      "one host's own",
      { ssh: { agent: true }, "realServers.web1.ssh": { hostKey, privateKey, privateKeyPassphrase, jump } },
    ],
  ])("stay in connections: %s", async (_, changes) => {
    const resources = Object.values(await recorded(withChanges(small, changes)));
    const secrets = /PRIVATE KEY|bm90IGEga2V5|open sesame/;
    const connections = resources.flatMap(({ inputs }) => inputs.connection ?? []);
    expect(JSON.stringify(connections)).toMatch(secrets);
    for (const connection of connections)
      expect(Object.keys(connection as object)).toEqual(Object.keys(secret("") as object));
    const elsewhere = resources.map(({ inputs: { connection: _, ...inputs }, type, outputs }) =>
      type === "pulumi:index:Stash" ? Object.keys(entry(inputs, "input") as object) : { inputs, outputs },
    );
    expect(JSON.stringify(elsewhere)).toContain("192.0.2.100");
    expect(JSON.stringify(elsewhere)).not.toMatch(secrets);
  });
});

describe("extra lines of a cluster", () => {
  const line = "emailalert = hunter2@example.com";
  const secretLines: [string, Settings][] = [
    ["a service's", { "virtualServices.web.extraLines": pulumi.secret({ ldirectord: [line] }) }],
    ["its directors'", { extraLines: { ldirectord: [pulumi.secret(line)] } }],
  ];

  it.each(secretLines)("hide no more than themselves where they are secrets: %s", async (_, changes) => {
    const resources = await recorded(withChanges(small, changes));
    expect(JSON.stringify(resources)).toContain(line);
    expect(JSON.stringify(inClear(resources))).not.toContain("hunter2");
    expect(inClear(entry(resources, "Director lb1").inputs)).toMatchObject({
      plan: { "file /etc/ha.d/ldirectord.cf": expect.stringContaining("[secret]") },
    });
    expect(inClear(entry(resources, "Cluster edge").outputs)).toMatchObject({ vip: "192.0.2.100" });
  });

  it("are not printed where they are secrets and wrong", async () => {
    const lines = pulumi.secret({ ldirectord: ["real = hunter2"] });
    const program = () => make(withChanges(small, { "virtualServices.web.extraLines": lines }));
    expect(await failuresOf(program)).toEqual([
      "the configuration has a mistake:\n" +
        "  edge:virtualServices.web.extraLines.ldirectord.0: leave it out: realServers says it",
    ]);
  });
});
