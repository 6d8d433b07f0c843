/** What happens around the change of each host: what a preview says of it, and what hosts are then told. */
import { describe, expect, it } from "vitest";
import { parseTable } from "../../model/table.ts";
import type { HostReading } from "../../reading/hostReading.ts";
import { DirectorOrder } from "../../rollout/directorOrder.ts";
import { isToChange } from "../../rollout/runningHost.ts";
import { directorChange, realServerChange, story } from "../../rollout/timeline.ts";
import { Turns } from "../../rollout/turns.ts";
import { serviceItem } from "../host/items.ts";
import { type Circumstances, otherPlan, runningHost, takeAll } from "./hosts.ts";

const apache = { kind: "unit", name: "apache2.service", enabled: true, active: true } as const;
const differs = (item: string, found: string) => ({ differences: [{ item, planned: "active", found }] });
const stopped = { ...otherPlan, ...differs(`unit ${apache.name}`, "inactive") };
const loud = { ...otherPlan, ...differs("sysctl net.ipv4.conf.all.arp_ignore", "0") };
const holdsVip = { ...otherPlan, ...differs("vip 192.0.2.101", "still held") };
const holdsSite = {
  ...otherPlan,
  ...differs("file /etc/apache2/sites-enabled/pulumi-lvs-listen-81.conf", "still held"),
};

const web = [
  "tcp 192.0.2.100:80 scheduler wrr",
  "tcp 192.0.2.100:80 to 192.0.2.21:80 dr weight 1",
  "tcp 192.0.2.100:80 to 192.0.2.22:80 dr weight 1",
];
const mail = ["tcp 192.0.2.101:25 scheduler wrr", "tcp 192.0.2.101:25 to 192.0.2.21:25 dr weight 1"];
const table = parseTable([
  "tcp 192.0.2.100:80 scheduler wrr",
  "tcp 192.0.2.100:80 to 192.0.2.21:80 dr weight 1 active 5 inactive 4",
  "tcp 192.0.2.100:80 to 192.0.2.22:80 dr weight 0 active 5 inactive 4",
  "tcp 192.0.2.100:80 to 192.0.2.23:80 dr weight 0 active 0 inactive 0",
  "tcp 192.0.2.100:80 to 192.0.2.24:80 dr weight 1 active 0 inactive 0",
  "tcp 192.0.2.100:80 to 192.0.2.29:80 dr weight 1 active 0 inactive 0",
]);

const vrrp = (role: string) => ({ role, sinceSeconds: 0, rivalSeconds: undefined, sync: "", advertises: "" });
const usual = {
  web1: {},
  web2: {},
  lb1: { table, vrrp: vrrp("MASTER") },
  lb2: { table, vrrp: vrrp("BACKUP") },
};
type Name = keyof typeof usual;
type Found = Partial<Record<Name, Partial<HostReading> | Error>>;

/** Two directors of which lb1 holds the VIPs, and their real servers, of which `staying` stay; all as planned but for `found`. */
function cluster(found: Found, { staying = ["21", "22", "24"], fails = [] as readonly string[] } = {}) {
  const told: string[] = [];
  const host = (name: Name, circumstances: Circumstances) => {
    const own = found[name];
    const whole = own instanceof Error ? own : { ...usual[name], ...own };
    return runningHost(name, { ...circumstances, found: whole, told, fails });
  };
  const service = serviceItem(
    [
      "tcp 192.0.2.100:80 scheduler wrr",
      ...staying.map((last) => `tcp 192.0.2.100:80 to 192.0.2.${last}:80 dr weight 1`),
    ],
    { fallback: "192.0.2.29:80" },
  );
  const director = (name: Name) => host(name, { items: [service] });
  const [lb1, lb2] = [director("lb1"), director("lb2")];
  const directors = [new Turns(lb1, async () => 1), new Turns(lb2, async () => 1)];
  const server = (name: Name, address: string) => {
    return { host: host(name, { address, items: [apache] }), directors };
  };
  const realServers = [server("web1", "192.0.2.21"), server("web2", "192.0.2.22")] as const;
  const order = new DirectorOrder(["lb1", "lb2"]);
  for (const each of [lb1, lb2]) order.join({ host: each, realServers });
  return {
    told,
    web1: realServers[0],
    lb1: { host: lb1, order, realServers },
    lb2: { host: lb2, order, realServers },
  };
}

describe("the change of a real server", () => {
  it.each<[string, Found, string | undefined, string[]]>([
    [
      "takes it out of service where it is disturbed",
      { web1: stopped },
      "web1: drained on lb1 and lb2, changed, back in service once its health check passes",
      [
        "lb1: withdraw 192.0.2.21",
        "lb2: withdraw 192.0.2.21",
        "web1 is changed",
        "lb1: readmit 192.0.2.21",
        "lb2: readmit 192.0.2.21",
      ],
    ],
    [
      "leaves alone a director that does not send there",
      { web1: stopped, lb1: { table: parseTable(mail.map((line) => line.replace(".21:", ".22:"))) } },
      "web1: drained on lb2, changed, back in service once its health check passes",
      ["lb2: withdraw 192.0.2.21", "web1 is changed", "lb2: readmit 192.0.2.21"],
    ],
    [
      "leaves it in service where nobody else would serve",
      { web1: stopped, lb1: { table: parseTable([...web, ...mail]) }, lb2: { table: parseTable(mail) } },
      "web1: kept in service for tcp 192.0.2.101:25, which it alone serves, drained on lb1, changed, back in service once its health check passes",
      [
        "lb1: withdraw 192.0.2.21",
        "lb2: withdraw 192.0.2.21",
        "web1 is changed",
        "lb1: readmit 192.0.2.21",
        "lb2: readmit 192.0.2.21",
      ],
    ],
    ["is nothing to others where it disturbs nobody", { web1: loud }, undefined, ["web1 is changed"]],
    [
      "has it give back what is no longer planned",
      { web1: holdsVip },
      "web1: changed, what is no longer planned given back",
      ["web1 is changed", "web1: release"],
    ],
    [
      "has it give that back out of service, where that disturbs it",
      { web1: holdsSite },
      "web1: changed, what is no longer planned given back while drained on lb1 and lb2",
      [
        "web1 is changed",
        "lb1: withdraw 192.0.2.21",
        "lb2: withdraw 192.0.2.21",
        "web1: release",
        "lb1: readmit 192.0.2.21",
        "lb2: readmit 192.0.2.21",
      ],
    ],
    [
      "leaves that until a director has been changed that may still send there",
      { web1: holdsVip, lb2: otherPlan },
      undefined,
      ["web1 is changed"],
    ],
  ])("%s", async (_, found, words, expected) => {
    const { web1, told } = cluster(found);
    expect(await story(realServerChange, web1)).toBe(words);
    await takeAll(realServerChange.before, web1);
    told.push("web1 is changed");
    await takeAll(realServerChange.after, web1);
    expect(told).toEqual(expected);
  });

  it("does not begin where a director is not to be changed as planned", async () => {
    const { web1, told } = cluster({ web1: stopped, lb2: new Error("it ends connections") });
    await expect(takeAll(realServerChange.before, web1)).rejects.toThrow(
      "web1 is left as it is: lb2 cannot be changed (see there)",
    );
    expect(told).toEqual([]);
  });

  it("does not begin where one director cannot do without it: all keep it in service", async () => {
    const fails = ["lb2: withdraw 192.0.2.21"];
    const { web1, told } = cluster({ web1: stopped }, { fails });
    await expect(takeAll(realServerChange.before, web1)).rejects.toThrow("lb2 cannot withdraw");
    expect(told).toEqual([
      "lb1: withdraw 192.0.2.21",
      "lb2: withdraw 192.0.2.21",
      "lb2: readmit 192.0.2.21",
      "lb1: readmit 192.0.2.21",
    ]);
  });

  it("that fails leaves it in service as it was", async () => {
    const { web1, told } = cluster({ web1: stopped });
    await takeAll(realServerChange.before, web1);
    await takeAll(realServerChange.failed, web1);
    expect(told.slice(2)).toEqual(["lb1: readmit 192.0.2.21", "lb2: readmit 192.0.2.21"]);
  });

  it.each<[string, Found]>([
    ["it is as planned", {}],
    ["it cannot be read", { web1: new Error("not reachable") }],
    ["a director cannot be read", { web1: stopped, lb2: new Error("not reachable") }],
  ])("is not spoken of where %s", async (_, found) => {
    expect(await story(realServerChange, cluster(found).web1)).toBeUndefined();
  });
});

describe("the change of directors", () => {
  const both = { lb1: otherPlan, lb2: otherPlan };

  it.each<[string, Found, string[], Record<string, string | undefined>, string[]]>([
    [
      "drains where the VIPs are, and moves the VIPs",
      both,
      ["21", "22", "24"],
      { lb1: "lb1: VIPs handed over to lb2, changed" },
      ["lb1: drain", "lb2 is changed", "lb1: handover", "lb1 is changed"],
    ],
    [
      "drains who leaves, who gives back in the end, when nobody sends there",
      { ...both, web2: holdsSite },
      ["21"],
      {
        lb1: "lb1: VIPs handed over to lb2, changed, what is no longer planned given back by web2 while drained on lb1 and lb2",
        lb2: "lb2: web2 and 192.0.2.24 drained on lb1, changed",
      },
      [
        "lb1: drain",
        "lb2 is changed",
        "lb1: handover",
        "lb1 is changed",
        "lb1: withdraw 192.0.2.22",
        "lb2: withdraw 192.0.2.22",
        "web2: release",
        "lb1: readmit 192.0.2.22",
        "lb2: readmit 192.0.2.22",
      ],
    ],
    [
      "is followed by what real servers give back, also where the one that holds the VIPs stays as it is",
      { lb2: otherPlan, web1: holdsVip, web2: holdsVip },
      ["21"],
      { lb2: "lb2: changed, what is no longer planned given back by web1 and web2" },
      ["lb2 is changed", "web1: release", "web2: release"],
    ],
    [
      "moves no VIPs where a new one joins: it comes after the one that held them alone",
      { lb1: { ...otherPlan, vrrp: undefined }, lb2: { held: undefined, vrrp: undefined } },
      ["21"],
      {},
      ["lb1 is changed", "lb2 is changed"],
    ],
  ])("%s", async (_, found, staying, words, expected) => {
    const { lb1, lb2, told } = cluster(found, { staying });
    const said = { lb1: await story(directorChange, lb1), lb2: await story(directorChange, lb2) };
    expect(said).toEqual(words);
    const isFirst = (await lb1.order.before(lb1.host)).length === 0;
    for (const director of isFirst ? [lb1, lb2] : [lb2, lb1]) {
      const host = await director.host.found();
      if (!isToChange(host)) continue;
      if (host.reading.held) await takeAll(directorChange.before, director);
      told.push(`${director.host.name} is changed`);
      await takeAll(directorChange.after, director);
    }
    expect(told).toEqual(expected);
  });

  it("that fails leaves what was drained as it was", async () => {
    const { lb2, told } = cluster(both);
    await takeAll(directorChange.before, lb2);
    await takeAll(directorChange.failed, lb2);
    expect(told).toEqual(["lb1: drain", "lb1: abandon"]);
  });

  it("has nothing given back by a real server that could not be read", async () => {
    const { lb1, told } = cluster({ lb1: otherPlan, web1: holdsVip, web2: new Error("not reachable") });
    await takeAll(directorChange.after, lb1);
    expect(told).toEqual(["web1: release"]);
  });

  it("is not spoken of where nothing changes", async () => {
    const { lb1, lb2 } = cluster({});
    expect([await story(directorChange, lb1), await story(directorChange, lb2)]).toEqual([
      undefined,
      undefined,
    ]);
  });
});
