/** What one host must look like, as data: the items a converge holds, in the order in which they are safe. */

/** One thing on a host and the state it must have; `host/items/<kind>.sh` knows how to read, set and give back its kind. */
export type Item =
  | { readonly kind: "link"; readonly address: string; readonly interface: string | undefined }
  | { readonly kind: "packages"; readonly names: readonly string[]; readonly units: readonly string[] }
  | { readonly kind: "record"; readonly of: "service" | "probe"; readonly id: string }
  | { readonly kind: "debconf"; readonly package: string; readonly answers: readonly DebconfAnswer[] }
  | { readonly kind: "assignment"; readonly path: string; readonly key: string; readonly value: string }
  | { readonly kind: "module"; readonly name: string }
  | { readonly kind: "sysctl"; readonly key: string; readonly value: string }
  | FileItem
  | { readonly kind: "revision"; readonly package: string; readonly unit: string; readonly text: string }
  | {
      readonly kind: "unit";
      readonly name: string;
      readonly enabled: boolean;
      readonly active: boolean | undefined;
    }
  | { readonly kind: "http"; readonly address: string; readonly port: number; readonly path: string }
  | {
      readonly kind: "service";
      readonly key: string;
      readonly rules: readonly string[];
      readonly settleSeconds: number;
      /** What becomes of a real server whose health check fails. */
      readonly whenDown: "removed" | "quiesced";
      /** What systemctl(1) is told to have the health daemon fill a table again that somebody else has changed. */
      readonly repair: string;
      /** Where the health daemon says why a real server is out: a file, or `the journal of UNIT`. */
      readonly log: string;
      /** What asks one of its real servers, as `askedBy` has it. */
      readonly check: string | undefined;
      /** `ADDRESS:PORT` whose rule comes and goes with the real servers' health. */
      readonly fallback: string | undefined;
    }
  | { readonly kind: "drain"; readonly services: readonly DrainTerms[] }
  /** The line of a service that is in the kernel's table already, changed before the health daemon would. */
  | { readonly kind: "scheduler"; readonly key: string; readonly rule: string }
  /** What takes health checks to the real server with this address, see `host/check.pl`. */
  | { readonly kind: "probe"; readonly address: string }
  | {
      readonly kind: "silence";
      readonly vips: readonly string[];
      readonly askedFrom: string;
      /** Addresses of directors that share the VIPs: they may answer. */
      readonly peers: readonly string[];
      /** Those who may be named when they answer. */
      readonly realServers: readonly { readonly name: string; readonly address: string }[];
    }
  /** Nobody else on the link uses this virtual router id. */
  | {
      readonly kind: "clash";
      readonly id: number;
      /** `host/hear.pl`. */
      readonly program: string;
      /** The host's own address on the link. */
      readonly address: string;
      /** Addresses of the other directors, which use it too. */
      readonly peers: readonly string[];
    }
  /** Connections are told to and heard from other directors (ipvsadm(8), --start-daemon). */
  | { readonly kind: "sync"; readonly interface: string; readonly id: number }
  /** keepalived lets this host hold the VIPs; `advertises` is how directors know each other, as `advertisesAs` has it. */
  | { readonly kind: "vrrp"; readonly instance: string; readonly advertises: string }
  | VipItem;

/** A VIP: on the loopback and silent, or on the link of the address `from`, for good or while VRRP says so. */
export type VipItem = { readonly kind: "vip"; readonly address: string } & (
  | { readonly manner: "silent" }
  | { readonly manner: "announce" | "share"; readonly from: string }
);

/** How real servers leave one virtual service. */
export interface DrainTerms {
  /** The service, `tcp VIP:PORT`. */
  readonly key: string;
  readonly seconds: number;
  readonly onTimeout: "stop" | "proceed";
  /** What says when a real server may come back, as `askedBy` has it; undefined where it always may. */
  readonly check: string | undefined;
  /** `ADDRESS:PORT` of those that do not leave; the fallback's with `!` before it. */
  readonly staying: readonly string[];
}

/** An answer to a question that a package asks when it is installed (debconf(7)). */
export interface DebconfAnswer {
  readonly question: string;
  readonly type: "boolean" | "select";
  readonly value: string;
}

/** A file with its whole content, owned by root. */
export interface FileItem {
  readonly kind: "file";
  readonly path: string;
  readonly mode: "0644" | "0755";
  readonly content: string;
  /** Unit to reload when the file changes. */
  readonly notify?: string;
  /** Program that must accept the file before it replaces the old one. */
  readonly check?: "ldirectord" | "keepalived" | "apache" | "perl";
}

/** Everything that one host is held at. */
export interface HostPlan {
  readonly host: string;
  /** The host's own address: another one is another machine. */
  readonly address: string;
  readonly role: "director" | "realServer";
  readonly items: readonly Item[];
}

/** One item as words: its kind and id, and the arguments that say how it must be. This is all a host is told. */
export function itemWords(item: Item): readonly [kind: string, id: string, ...wanted: string[]] {
  switch (item.kind) {
    case "link":
      return ["link", item.address, ...optional(item.interface)];
    case "packages":
      return ["packages", item.names.join(" "), ...item.units];
    case "record":
      return ["record", `${item.of} ${item.id}`];
    case "debconf":
      return ["debconf", item.package, ...item.answers.map((a) => `${a.question} ${a.type} ${a.value}`)];
    case "assignment":
      return ["assignment", `${item.path} ${item.key}`, item.value];
    case "module":
      return ["module", item.name];
    case "sysctl":
      return ["sysctl", item.key, item.value];
    case "file":
      return ["file", item.path, item.mode, item.content, item.notify ?? "", item.check ?? ""];
    case "revision":
      return ["revision", `${item.package} ${item.unit}`, item.text];
    case "unit":
      return ["unit", item.name, item.enabled ? "enabled" : "disabled", activity(item.active)];
    case "http":
      return ["http", `${item.address} ${item.port} ${item.path}`];
    case "service":
      return [
        "service",
        item.key,
        item.rules.join("\n"),
        String(item.settleSeconds),
        item.whenDown,
        item.repair,
        item.log,
        item.check ?? "",
        ...optional(item.fallback),
      ];
    case "drain":
      return ["drain", "table", ...item.services.map(drainWord)];
    case "scheduler":
      return ["scheduler", item.key, item.rule];
    case "probe":
      return ["probe", item.address];
    case "silence":
      return [
        "silence",
        item.vips.join(" "),
        item.askedFrom,
        item.peers.join(" "),
        ...item.realServers.map(({ name, address }) => `${address}=${name}`),
      ];
    case "vip":
      return ["vip", item.address, item.manner, ...("from" in item ? [item.from] : [])];
    case "clash":
      return ["clash", String(item.id), item.program, item.address, ...item.peers];
    case "sync":
      return ["sync", item.interface, String(item.id)];
    case "vrrp":
      return ["vrrp", item.instance, item.advertises];
  }
}

/** What an item is called in words: its kind and id. */
export function itemLabel(item: Item): string {
  return itemWords(item).slice(0, 2).join(" ");
}

/** The plan as a mapping that reads well in a preview: what is held, and how. */
export function describePlan(plan: HostPlan): Record<string, string> {
  return Object.fromEntries(
    plan.items
      .filter(({ kind }) => kind !== "record" && kind !== "scheduler")
      .map((item) => {
        const [kind, id, ...wanted] = itemWords(item);
        return [`${kind} ${id}`, describeWanted(item, wanted)];
      }),
  );
}

function describeWanted(item: Item, wanted: readonly string[]): string {
  switch (item.kind) {
    case "file":
      return item.content;
    case "service":
      return item.rules.join("\n");
    case "packages":
      return "installed";
    case "module":
      return "loaded";
    case "http":
      return "answers 200";
    case "link":
      return item.interface ?? "any interface";
    case "vrrp":
      return `MASTER or BACKUP, advertises ${item.advertises}`;
    case "drain":
      return item.services
        .map(({ key, seconds, onTimeout }) => `${key}: ${seconds} s, then ${onTimeout}`)
        .join("\n");
    case "silence":
      return "no answer in ARP";
    case "clash":
      return "nobody else on the link";
    case "revision":
      return item.text || "none";
    case "probe":
      return `reaches ${item.address} alone`;
    default:
      return wanted.join(", ");
  }
}

function drainWord({ key, seconds, onTimeout, check = "", staying }: DrainTerms): string {
  return [key, seconds, onTimeout, check, staying.join(" ")].join("|");
}

function optional(word: string | undefined): string[] {
  return word === undefined ? [] : [word];
}

function activity(active: boolean | undefined): string {
  if (active === undefined) return "-";
  return active ? "active" : "inactive";
}
