/** What a host says of itself when it is read (host/reading.sh). */
import { parseTable, type Table } from "../model/table.ts";

/** Something that is not as planned. */
export interface Difference {
  /** Kind and id of the plan's item, e.g. `sysctl net.ipv4.conf.all.arp_ignore`. */
  readonly item: string;
  readonly planned: string;
  readonly found: string;
}

/** A director's part in sharing VIPs, as keepalived tells it. */
export interface VrrpReading {
  /** `MASTER` holds the VIPs, `BACKUP` is ready to, `FAULT` is not, `STOP` has ended. */
  readonly role: string;
  /** When it took this role, in seconds of the epoch. */
  readonly sinceSeconds: number;
  /** When another director was last found to hold the VIPs too; undefined: never since this host booted. */
  readonly rivalSeconds: number | undefined;
  /** The kernel's synchronisation daemons: `master and backup on eth0, id 100`; empty where none runs. */
  readonly sync: string;
  /** How other directors know it: `id 100 to each director`. */
  readonly advertises: string;
}

/** One VIP of a director, as its last good run had them. */
export interface VipReading {
  readonly address: string;
  /** Whether it is on the director's link. */
  readonly held: boolean;
  /** Who answers ARP for it on the link, the director itself left out, by hardware address; undefined for a routed one, which is not on the link. */
  readonly answeredBy: readonly string[] | undefined;
}

/** A host as it is now. */
export interface HostReading {
  /** What the last good run was; undefined where the host is not ours, or not under this name, role and address. */
  readonly held: { readonly digest: string; readonly generation: string } | undefined;
  /** From the plan it was read with. */
  readonly differences: readonly Difference[];
  /** From the plan of the last good run: what somebody or something else has changed since. */
  readonly drift: readonly Difference[];
  /** Undefined where the host shares no VIPs. */
  readonly vrrp: VrrpReading | undefined;
  /** The kernel's table with its connection counts; empty for a real server. */
  readonly table: Table;
  /** Real servers of each service as its last good run had planned them; empty for a real server. */
  readonly plannedTable: Table;
  /** Longest time for connections of a real server that leaves, by service, as the last run that knew it had it. */
  readonly drainSeconds: ReadonlyMap<string, number>;
  /** Hardware address of the link that holds the host's address; undefined where none does. */
  readonly mac: string | undefined;
  /** Empty for a real server. */
  readonly vips: readonly VipReading[];
}

/** Kind and id of what the host still holds though its plan no longer names it (host/reading.sh). */
export function leftoversOf({ differences }: HostReading): string[] {
  return differences.filter(({ found }) => found === "still held").map(({ item }) => item);
}

/** Reads what the host printed for a plan of this digest. */
export function parseReading(text: string, digest: string): HostReading {
  const records = text.split("\n").map((line) => line.split("\t"));
  const of = (kind: string) => records.filter(([first]) => first === kind).map(([, ...fields]) => fields);
  const differences = of("difference").map(difference);
  const [held] = of("held");
  const [vrrp] = of("vrrp");
  return {
    held: held && { digest: held[0] ?? "", generation: held[1] ?? "" },
    differences,
    drift: held?.[0] === digest ? differences : of("drift").map(difference),
    vrrp: vrrp && {
      role: vrrp[0] ?? "",
      sinceSeconds: Number(vrrp[1]),
      rivalSeconds: vrrp[2] ? Number(vrrp[2]) : undefined,
      sync: vrrp[3] ?? "",
      advertises: vrrp[4] ?? "",
    },
    table: parseTable(of("table").map(([line = ""]) => line)),
    plannedTable: parseTable(of("planned").map(([line = ""]) => line)),
    drainSeconds: new Map(of("drain").map(([key = "", seconds]) => [key, Number(seconds)])),
    mac: of("link")[0]?.[0],
    vips: of("vip").map(([address = "", held, asked]) => ({
      address,
      held: held === "held",
      answeredBy:
        asked === "asked"
          ? of("answer").flatMap(([vip, mac = ""]) => (vip === address ? [mac] : []))
          : undefined,
    })),
  };
}

function difference([item = "", planned = "", found = ""]: string[]): Difference {
  return { item, planned, found };
}
