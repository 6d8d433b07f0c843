import { expect, it } from "vitest";
import { workOn } from "../../bench/cluster.ts";
import type { BenchHost } from "../../bench/hosts.ts";
import { peerData } from "../../bench/tools/peerData.ts";
import type { HostPlan } from "../../render/hostPlan.ts";
import { itemWords } from "../../render/hostPlan.ts";

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4JzGfrxo7EcDtfHOmTdvuCc7XDSmiSL9CqWmcbJfKX";
const hosts: BenchHost[] = [
  { name: "lb1", role: "director", address: "198.18.16.11", hostKey },
  { name: "rs1", role: "realServer", address: "198.18.17.1", hostKey },
];
const options = { keyFile: "/tmp/id", weight: 3 };

it("leaves the director out of the work on real servers", () => {
  const work = (withDirector: boolean) => workOn(hosts, { ...options, withDirector });
  expect(work(false).plans.map(({ host }) => host)).toEqual(["rs1"]);
  expect(work(true).plans.map(({ host }) => host)).toEqual(["rs1", "lb1"]);
  expect(work(false).hosts.map(({ name }) => name)).toEqual(["rs1"]);
});

it.each(workOn(hosts, { ...options, withDirector: true }).plans)(
  "hands the peers all that is planned for $host",
  (plan: HostPlan) => {
    const data = JSON.stringify(peerData(plan));
    // `link` only checks the plan, and `record` keeps what our own `remove` needs.
    const planned = plan.items.filter(({ kind }) => kind !== "link" && kind !== "record");
    for (const item of planned) {
      const [, id] = itemWords(item);
      for (const word of id.split(" ")) expect(data).toContain(word);
    }
    expect(planned.length).toBeGreaterThan(8);
  },
);

it("adds a VIP only through the program that proves ARP silent", () => {
  const [realServer] = workOn(hosts, { ...options, withDirector: false }).plans;
  if (!realServer) throw new Error("no plan");
  expect(peerData(realServer).vips).toEqual([
    { address: "198.18.16.100", add: "/usr/local/lib/pulumi-lvs/vip silent 198.18.16.100" },
  ]);
});

it("asks for the page through the VIP once the VIP is there", () => {
  const [realServer] = workOn(hosts, { ...options, withDirector: false }).plans;
  if (!realServer) throw new Error("no plan");
  const { ready, readBack } = peerData(realServer);
  expect(ready).toEqual([]);
  expect(readBack.slice(-2)).toEqual([
    "ip -4 -o address show to 198.18.16.100/32 | grep -q .",
    expect.stringMatching(/^curl .* http:\/\/198\.18\.16\.100:80\//),
  ]);
});

it("names every folder of files that no package brings", () => {
  const [realServer] = workOn(hosts, { ...options, withDirector: false }).plans;
  if (!realServer) throw new Error("no plan");
  expect([...peerData(realServer).folders].sort()).toEqual([
    "/etc/apache2/pulumi-lvs-health",
    "/usr/local/lib/pulumi-lvs",
    "/var/www/pulumi-lvs",
  ]);
});
