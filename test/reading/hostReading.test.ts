import { describe, expect, it } from "vitest";
import { parseReading } from "../../reading/hostReading.ts";
import { nothingRead } from "./nothingRead.ts";

const arp = { item: "sysctl net.ipv4.conf.all.arp_ignore", planned: "1", found: "0" };
const weight = { item: "service tcp 192.0.2.100:80", planned: "tcp …; tcp …", found: "absent" };
const line = (kind: string, { item, planned, found }: typeof arp) => [kind, item, planned, found].join("\t");

describe("what a host says of itself", () => {
  it("is nothing where it is not held", () => {
    expect(parseReading("unheld\n", "d1")).toEqual(nothingRead);
  });

  it("counts as drift what differs from the plan of its last good run", () => {
    const same = parseReading(`held\td1\tg.3\n${line("difference", arp)}\n`, "d1");
    expect(same).toMatchObject({
      held: { digest: "d1", generation: "g.3" },
      differences: [arp],
      drift: [arp],
    });
    const other = parseReading(`held\td1\tg.3\n${line("difference", weight)}\n${line("drift", arp)}\n`, "d2");
    expect(other).toMatchObject({ differences: [weight], drift: [arp] });
  });

  it("has a director's table, and how long its services drain", () => {
    const { table, drainSeconds } = parseReading(
      [
        "held\td1\tg.0",
        "drain\ttcp 192.0.2.100:80\t30",
        "table\ttcp 192.0.2.100:80 scheduler wrr",
        "table\ttcp 192.0.2.100:80 to 192.0.2.21:80 dr weight 1 active 5 inactive 4",
      ].join("\n"),
      "d1",
    );
    expect(drainSeconds).toEqual(new Map([["tcp 192.0.2.100:80", 30]]));
    const service = table.get("tcp 192.0.2.100:80");
    expect(service?.options).toBe("scheduler wrr");
    expect(service?.destinations).toMatchObject([
      { address: "192.0.2.21", port: 80, connections: { active: 5, inactive: 4 } },
    ]);
  });

  it("has a director's VIPs: which of them are on its link, and who answers for them there", () => {
    const text = [
      "link\t02:42:c6:12:07:0b",
      "vip\t192.0.2.100\theld\tasked",
      "vip\t192.0.2.101\t\tasked",
      "vip\t198.51.100.1\theld\t",
      "answer\t192.0.2.101\t02:42:c6:12:07:0c",
      "answer\t192.0.2.101\t02:42:c6:12:07:15",
    ].join("\n");
    const answeredBy = ["02:42:c6:12:07:0c", "02:42:c6:12:07:15"];
    expect(parseReading(text, "d1")).toMatchObject({
      mac: "02:42:c6:12:07:0b",
      vips: [
        { address: "192.0.2.100", held: true, answeredBy: [] },
        { address: "192.0.2.101", held: false, answeredBy },
        { address: "198.51.100.1", held: true, answeredBy: undefined },
      ],
    });
  });
});
