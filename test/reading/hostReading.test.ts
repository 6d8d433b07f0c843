import { describe, expect, it } from "vitest";
import { parseReading } from "../../reading/hostReading.ts";

const arp = { item: "sysctl net.ipv4.conf.all.arp_ignore", planned: "1", found: "0" };
const weight = { item: "service tcp 192.0.2.100:80", planned: "-A …; -a …", found: "absent" };
const line = (kind: string, { item, planned, found }: typeof arp) => [kind, item, planned, found].join("\t");

describe("what a host says of itself", () => {
  it("is nothing where it is not held", () => {
    expect(parseReading("unheld\n", "d1")).toEqual({
      held: undefined,
      differences: [],
      drift: [],
      rules: [],
      table: new Map(),
      drainSeconds: new Map(),
    });
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

  it("has the kernel's rules and table of a director, and how long its services drain", () => {
    const rule = "-a -t 192.0.2.100:80 -r 192.0.2.21:80 -g -w 1";
    const { rules, table, drainSeconds } = parseReading(
      [
        "held\td1\tg.0",
        "drain\ttcp 192.0.2.100:80\t30",
        `rule\t${rule} `,
        "table\tTCP  192.0.2.100:80 wrr",
        "table\t  -> 192.0.2.21:80                Route   1      5          4",
      ].join("\n"),
      "d1",
    );
    expect(rules).toEqual([rule]);
    expect(drainSeconds).toEqual(new Map([["tcp 192.0.2.100:80", 30]]));
    expect(table.get("tcp 192.0.2.100:80")).toMatchObject([{ key: "192.0.2.21:80", activeConnections: 5 }]);
  });
});
