/** Extra lines that are secrets: planned, and shown to nobody. */
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it, vi } from "vitest";
import { entry } from "../../model/cluster.ts";
import { readHost } from "../../reading/readHost.ts";
import { type Changes, makeCluster } from "./cluster.ts";
import { byLabel, failuresOf, inClear, record } from "./recording.ts";

const line = "emailalert = hunter2@example.com";
const secretService: Changes = { web: { extraLines: pulumi.secret({ ldirectord: [line] }) } };
const secretDirector: Changes = { lb1: { extraLines: { ldirectord: [pulumi.secret(line)] } } };

describe.each([
  ["a service", secretService],
  ["a director", secretDirector],
])("a secret line of %s", (_, changes) => {
  it("reaches the host, and no resource in clear", async () => {
    vi.mocked(readHost).mockClear();
    const resources = await record(() => makeCluster(changes));
    const scripts = vi.mocked(readHost).mock.calls.map(([, script]) => script);
    expect(scripts.filter((script) => script.includes(line))).toHaveLength(1);
    expect(JSON.stringify(resources)).toContain(line);
    expect(JSON.stringify(inClear(resources))).not.toContain("hunter2");
  });

  it("hides no more of the plan than itself", async () => {
    const secret = byLabel(await record(() => makeCluster(changes)));
    const none = byLabel(await record(() => makeCluster()));
    const { "file /etc/ha.d/ldirectord.cf": file, ...rest } = planIn(entry(secret, "Director lb1"));
    const { "file /etc/ha.d/ldirectord.cf": fileWithout, ...restWithout } = planIn(
      entry(none, "Director lb1"),
    );
    expect(rest).toEqual(restWithout);
    expect(file?.replace(/^ *\[secret\]\n/m, "")).toBe(fileWithout);
    expect(entry(secret, "Command lb1").inputs.stdin).toEqual(expect.any(String));
  });
});

it("a plan that holds other secrets stays a secret as a whole", async () => {
  const lb1 = { ...secretDirector.lb1, subnet: pulumi.secret("192.0.2.0/24") };
  const { inputs } = entry(byLabel(await record(() => makeCluster({ lb1 }))), "Director lb1");
  expect(inClear(inputs)).toMatchObject({ address: "192.0.2.11", plan: "a secret" });
});

it.each([
  ["malformed", " emailalert = hunter2@example.com"],
  ["taken", "real = hunter2"],
])("a secret line that is %s is refused without being shown", async (_, wrong) => {
  const web = { extraLines: { ldirectord: pulumi.secret([wrong]) } };
  const [message, ...others] = await failuresOf(() => makeCluster({ web }));
  expect(others).toEqual([]);
  expect(message).toContain("  virtualServices.web.extraLines.ldirectord.0: ");
  expect(message).not.toContain("hunter2");
});

function planIn({ inputs }: { readonly inputs: Readonly<Record<string, unknown>> }): Record<string, string> {
  return inputs.plan as Record<string, string>;
}
