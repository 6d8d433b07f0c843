/** Where not exactly one director holds a VIP: in the directors' own word, and by who answers ARP for it. */
import type { Asked, ClusterFault, KnownDirector } from "./clusterFaults.ts";
import type { HostReading } from "./hostReading.ts";

/** Who may hold VIPs. */
interface Hosts {
  /** Directors that have said how they are. */
  readonly known: readonly KnownDirector[];
  /** Directors that have not, by name. */
  readonly unread: readonly string[];
  /** Names by hardware address. */
  readonly names: ReadonlyMap<string, string>;
}

/** One VIP, as all directors together have it. */
interface View {
  /** Directors that say they hold it, or have it on their link. */
  readonly holders: readonly KnownDirector[];
  /** Hardware addresses that answer for it; undefined where no director has asked. */
  readonly answers: readonly string[] | undefined;
  /** Those that are no holder's. */
  readonly strangers: readonly string[];
  /** Whether a director other than the holders has asked, and so hears the holder too. */
  readonly isWatched: boolean;
}

/** A fault for each way in which VIPs are held wrongly; `known` are the directors that have said how they are. */
export function vipFaults(
  known: readonly KnownDirector[],
  directors: readonly Asked[],
  realServers: readonly Asked[],
): ClusterFault[] {
  const hosts = {
    known,
    unread: directors.flatMap(({ name, reading }) => (reading ? [] : [name])),
    names: new Map([...directors, ...realServers].map(({ name, reading }) => [reading?.mac ?? "", name])),
  };
  const vips = new Set(known.flatMap(({ reading }) => reading.vips.map(({ address }) => address)));
  const held = new Map<string, string[]>();
  const remedies = new Map<string, string>();
  for (const vip of vips) {
    const view = viewOf(vip, known);
    const remedy = remediesFor(view, hosts).join("; ");
    if (remedy === "") continue;
    const words = inWords(view, hosts);
    held.set(words, [...(held.get(words) ?? []), vip]);
    remedies.set(words, remedy);
  }
  return [...remedies].map(([words, remedy]) => ({
    found: `VIP ${held.get(words)?.join(", ")}: ${words}`,
    remedy,
  }));
}

function viewOf(vip: string, directors: readonly KnownDirector[]): View {
  const vipOf = ({ vips }: HostReading) => vips.find(({ address }) => address === vip);
  const holders = directors.filter(({ reading }) => vipOf(reading)?.held || reading.vrrp?.role === "MASTER");
  const asking = directors.filter(({ reading }) => vipOf(reading)?.answeredBy);
  const answers = [...new Set(asking.flatMap(({ reading }) => vipOf(reading)?.answeredBy ?? []))];
  return {
    holders,
    answers: asking.length > 0 ? answers : undefined,
    strangers: answers.filter((mac) => !holders.some(({ reading }) => reading.mac === mac)),
    isWatched: asking.some((director) => !holders.includes(director)),
  };
}

/** What to do, for each thing that is wrong; nothing where all is well. */
function remediesFor({ holders, answers, strangers, isWatched }: View, hosts: Hosts): string[] {
  const [holder, rival] = holders;
  if (!holder && mayHold(hosts, answers)) return [];
  const isMute = holder && !rival && isWatched && !answers?.includes(holder.reading.mac ?? "");
  return [
    ...(holder ? [] : [forNobody(hosts)]),
    ...(rival ? [forSeveral(holders)] : []),
    ...(strangers.length > 0 ? [forStrangers] : []),
    ...(isMute
      ? [
          `something on ${holder.name} or on the link keeps it from answering: arp_ignore, arptables, a filter`,
        ]
      : []),
  ];
}

/** Whether a director that could not be read may be the one that holds it, as far as the link tells. */
function mayHold({ unread, names }: Hosts, answers: View["answers"]): boolean {
  if (unread.length === 0 || !answers) return unread.length > 0;
  const [answer = "", other] = answers;
  return answers.length > 0 && other === undefined && !names.has(answer);
}

const forStrangers =
  "no other host may answer for it: a real server may hold it on lo only, with net.ipv4.conf.all.arp_ignore=1; " +
  "any other must give it up";

function forSeveral(holders: readonly KnownDirector[]): string {
  const isMulticast = holders.some(({ reading }) => reading.vrrp?.advertises.endsWith("by multicast"));
  const way = isMulticast ? "to 224.0.0.18" : "between the directors' addresses";
  return (
    "directors that do not hear each other all hold the VIPs: most often a host firewall on them drops VRRP " +
    `(IP protocol 112, ${way}), and connection synchronisation (UDP port 8848, to 224.0.0.81) with it; let both in`
  );
}

function forNobody({ known }: Hosts): string {
  return known.some(({ reading }) => reading.vrrp)
    ? "a director with no real server to send connections to gives the VIPs up: see why health checks fail; " +
        "else see whether keepalived runs"
    : "somebody has taken it away: `up` puts it back";
}

/** Who holds it and who answers for it. */
function inWords({ holders, answers }: View, { known, unread, names }: Hosts): string {
  const roles = known.flatMap(({ name, reading: { vrrp } }) => (vrrp ? [`${name} ${vrrp.role}`] : []));
  const nobody = ["nobody", ...(roles.length > 0 ? [`(${roles.join(", ")})`] : [])].join(" ");
  const answering = answers?.map((mac) => names.get(mac) ?? `an unknown host (${mac})`).sort();
  return [
    `held by ${holders.map(withRole).join(" and ") || nobody}`,
    ...unread.map((name) => `${name} could not be asked`),
    ...(answering ? [`ARP is answered by ${answering.join(" and ") || "nobody"}`] : []),
  ].join("; ");
}

function withRole({ name, reading: { vrrp } }: KnownDirector): string {
  return vrrp ? `${name} (${vrrp.role})` : name;
}
