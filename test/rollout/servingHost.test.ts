import { describe, expect, it } from "vitest";
import { parseTable } from "../../model/table.ts";
import { giveBack } from "../../rollout/servingHost.ts";
import { Turns } from "../../rollout/turns.ts";
import { runningHost } from "./hosts.ts";

/** What web1 and its director are told to do where web1 still holds `leftovers`; `fails` names what cannot be done. */
async function toldFor(leftovers: readonly string[], ...fails: string[]): Promise<string[]> {
  const told: string[] = [];
  const differences = leftovers.map((item) => ({ item, planned: "given back", found: "still held" }));
  const table = parseTable(["tcp 192.0.2.100:80 to 192.0.2.21:80 dr weight 1"]);
  const host = runningHost("web1", { address: "192.0.2.21", found: { differences }, told, fails });
  const directors = [new Turns(runningHost("lb1", { found: { table }, told, fails }), async () => 1)];
  await giveBack({ host, directors }).catch(({ message }) => told.push(message));
  return told;
}

describe("a real server that gives back what its plan no longer names", () => {
  it.each([
    "unit apache2.service",
    "file /etc/apache2/sites-enabled/pulumi-lvs-192.0.2.100-80.conf",
    "file /etc/apache2/pulumi-lvs-health/0a1b2c3d.conf",
  ])("is out of service meanwhile, as with %s", async (label) => {
    expect(await toldFor(["vip 192.0.2.100", label])).toEqual([
      "lb1: withdraw 192.0.2.21",
      "web1: release",
      "lb1: readmit 192.0.2.21",
    ]);
  });

  it("stays in service where that disturbs nobody", async () => {
    const labels = ["vip 192.0.2.101", "file /var/www/pulumi-lvs/index.html", "unit pulumi-lvs-vip.service"];
    expect(await toldFor(labels)).toEqual(["web1: release"]);
  });

  it("is not asked where it holds nothing more", async () => {
    expect(await toldFor([])).toEqual([]);
  });

  it("keeps it where its director cannot withdraw it, and comes back where it cannot give back", async () => {
    const label = "unit apache2.service";
    expect(await toldFor([label], "lb1: withdraw 192.0.2.21")).toEqual([
      "lb1: withdraw 192.0.2.21",
      "lb1: readmit 192.0.2.21",
      "lb1 cannot withdraw",
    ]);
    expect(await toldFor([label], "web1: release")).toEqual([
      "lb1: withdraw 192.0.2.21",
      "web1: release",
      "lb1: readmit 192.0.2.21",
      "web1 cannot release",
    ]);
  });
});
