import { describe, expect, it } from "vitest";
import type { HostLink } from "../../components/hostLink.ts";
import { giveBack } from "../../components/realServerHooks.ts";
import { Roll } from "../../components/roll.ts";
import { parseReading } from "../../reading/hostReading.ts";

/** What web1 and its director are asked to do where web1 still holds `leftovers`; `fails` names what cannot be done. */
async function askedFor(leftovers: readonly string[], fails = ""): Promise<string[]> {
  const asked: string[] = [];
  const run = (host: string) => async (action: string) => {
    asked.push(`${host}: ${action}`);
    if (`${host}: ${action}` === fails) throw new Error(`${host} cannot ${action}`);
  };
  const records = leftovers.map((label) => `difference\t${label}\tgiven back\tstill held`);
  const reading = parseReading(["held\tany\tg.0", ...records].join("\n"), "any");
  const web1 = {
    name: "web1",
    found: async () => ({ plan: { address: "192.0.2.21" }, reading }),
    run: run("web1"),
  };
  const rules = ["-a -t 192.0.2.100:80 -r 192.0.2.21:80 -g -w 1"];
  const lb1 = { name: "lb1", found: async () => ({ reading: { rules } }), run: run("lb1") };
  const directors = [new Roll(lb1 as unknown as HostLink, 1)];
  await giveBack(web1 as unknown as HostLink, directors).catch(({ message }) => asked.push(message));
  return asked;
}

describe("a real server that gives back what its plan no longer names", () => {
  it.each([
    "unit apache2.service",
    "file /etc/apache2/sites-enabled/pulumi-lvs-192.0.2.100-80.conf",
    "file /etc/apache2/pulumi-lvs-health/0a1b2c3d.conf",
  ])("is out of service meanwhile, as with %s", async (label) => {
    expect(await askedFor(["vip 192.0.2.100", label])).toEqual([
      "lb1: withdraw",
      "web1: release",
      "lb1: readmit",
    ]);
  });

  it("stays in service where that disturbs nobody", async () => {
    const labels = ["vip 192.0.2.101", "file /var/www/pulumi-lvs/index.html", "unit pulumi-lvs-vip.service"];
    expect(await askedFor(labels)).toEqual(["web1: release"]);
  });

  it("is not asked where it holds nothing more", async () => {
    expect(await askedFor([])).toEqual([]);
  });

  it("keeps it where its director cannot withdraw it, and comes back where it cannot give back", async () => {
    const label = "unit apache2.service";
    expect(await askedFor([label], "lb1: withdraw")).toEqual([
      "lb1: withdraw",
      "lb1: readmit",
      "lb1 cannot withdraw",
    ]);
    expect(await askedFor([label], "web1: release")).toEqual([
      "lb1: withdraw",
      "web1: release",
      "lb1: readmit",
      "web1 cannot release",
    ]);
  });
});
