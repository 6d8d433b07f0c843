/** What one host must look like, as data: the items a converge holds, in the order in which they are safe. */
import { createHash } from "node:crypto";
import { serviceLines, type TableService } from "../model/table.ts";

/** One thing on a host and the state it must have; `host/items/<kind>.sh` knows how to read, set and give back its kind. */
export type Item =
  | { readonly kind: "link"; readonly address: string; readonly interface: string | undefined }
  | { readonly kind: "packages"; readonly names: readonly string[]; readonly units: readonly string[] }
  | { readonly kind: "record"; readonly of: "service" | "probe" | "vrrp"; readonly id: string }
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
      readonly planned: TableService;
      readonly settleSeconds: number;
      /** What becomes of a real server whose health check fails. */
      readonly whenDown: "removed" | "quiesced";
      /** What systemctl(1) is told to have the health daemon fill a table again that somebody else has changed. */
      readonly repair: string;
      /** Where the health daemon says why a real server is out: a file, or `the journal of UNIT`. */
      readonly log: string;
      /** What asks one of its real servers, as `askedBy` has it. */
      readonly check: string | undefined;
      /** `ADDRESS:PORT` that comes and goes with the real servers' health. */
      readonly fallback: string | undefined;
      /** Longest time for the connections of a real server that leaves, and what then happens. */
      readonly drainSeconds: number;
      readonly onDrainTimeout: "stop" | "proceed";
    }
  /** Who leaves the services has drained. */
  | { readonly kind: "drain" }
  /** Services that are in the kernel's table already have their options, before the health daemon would change them. */
  | { readonly kind: "scheduler" }
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

/** An answer to a question that a package asks when it is installed (debconf(7)). */
export interface DebconfAnswer {
  readonly question: string;
  readonly type: "boolean" | "select";
  readonly value: string;
}

/** A file with its whole content, owned by root; one with secrets has mode 0600, whatever `mode` says. */
export interface FileItem {
  readonly kind: "file";
  readonly path: string;
  readonly mode: "0644" | "0755";
  readonly content: string;
  /** Lines of `content` that are shown to nobody. Default: none. */
  readonly secrets?: readonly string[];
  /** Which of our programs it is, such as `host/vip.sh`: a preview, and so the state, shows it by its digest. */
  readonly program?: string;
  /** Unit to reload when the file changes. */
  readonly notify?: string;
  /** Program that must accept the file before it replaces the old one. */
  readonly check?: "ldirectord" | "keepalived" | "apache" | "perl" | "syntax" | "checker";
}

/** Everything that one host is held at. */
export interface HostPlan {
  readonly host: string;
  /** The host's own address: another one is another machine. */
  readonly address: string;
  readonly role: "director" | "realServer";
  readonly items: readonly Item[];
}

/** What a kind of item is to a host, and to a person. */
interface ItemKind<I> {
  /** What tells it from others of its kind on a host. */
  readonly id: (item: I) => string;
  /** Everything else that the host is told, by the names that `host/items/<kind>.sh` gives it. */
  readonly fields?: (item: I) => Readonly<Record<string, string>>;
  /** What a preview shows of it. Default: its fields. */
  readonly inWords?: (item: I) => string;
  /** Whether a preview passes it over, as it is shown by another item. Default: false. */
  readonly isHidden?: boolean;
  /** Units whose service a change may interrupt. Default: none. */
  readonly disturbs?: (item: I) => readonly string[];
}

const kinds: { readonly [K in Item["kind"]]: ItemKind<Extract<Item, { kind: K }>> } = {
  link: {
    id: ({ address }) => address,
    fields: (item) => ({ interface: item.interface ?? "" }),
    inWords: (item) => item.interface ?? "any interface",
  },
  packages: {
    id: ({ names }) => names.join(" "),
    fields: ({ units }) => ({ units: units.join(" ") }),
    inWords: () => "installed",
    disturbs: ({ units }) => units,
  },
  record: { id: (item) => `${item.of} ${item.id}`, isHidden: true },
  debconf: {
    id: (item) => item.package,
    fields: ({ answers }) => ({
      answers: answers.map(({ question, type, value }) => `${question} ${type} ${value}`).join("\n"),
    }),
    inWords: ({ answers }) =>
      answers.map(({ question, type, value }) => `${question} ${type} ${value}`).join(", "),
  },
  assignment: { id: ({ path, key }) => `${path} ${key}`, fields: ({ value }) => ({ value }) },
  module: { id: ({ name }) => name, inWords: () => "loaded" },
  sysctl: { id: ({ key }) => key, fields: ({ value }) => ({ value }) },
  file: {
    id: ({ path }) => path,
    fields: ({ mode, secrets = [], content, notify = "", check = "" }) => {
      return { permissions: secrets.length > 0 ? "0600" : mode, content, notify, check };
    },
    inWords: ({ program, ...file }) =>
      program ? `${program}, sha256 ${digest(file.content)}` : withoutSecrets(file).content,
    disturbs: ({ notify }) => (notify === undefined ? [] : [notify]),
  },
  revision: {
    id: (item) => `${item.package} ${item.unit}`,
    fields: ({ text }) => ({ text }),
    inWords: ({ text }) => text || "none",
    disturbs: ({ unit }) => [unit],
  },
  unit: {
    id: ({ name }) => name,
    fields: ({ enabled, active }) => ({
      enablement: enabled ? "enabled" : "disabled",
      activity: activity(active),
    }),
    disturbs: ({ name }) => [name],
  },
  http: { id: ({ address, port, path }) => `${address} ${port} ${path}`, inWords: () => "answers 200" },
  service: {
    id: ({ key }) => key,
    fields: (item) => ({
      planned_lines: serviceLines(item.key, item.planned).join("\n"),
      settle_seconds: String(item.settleSeconds),
      when_down: item.whenDown,
      repair: item.repair,
      log: item.log,
      check: item.check ?? "",
      fallback: item.fallback ?? "",
      drain_seconds: String(item.drainSeconds),
      on_timeout: item.onDrainTimeout,
    }),
    inWords: ({ key, planned, drainSeconds, onDrainTimeout }) =>
      [...serviceLines(key, planned), `drains for ${drainSeconds} s, then ${onDrainTimeout}`].join("\n"),
  },
  drain: { id: () => "table", isHidden: true },
  scheduler: { id: () => "table", isHidden: true },
  probe: { id: ({ address }) => address, inWords: ({ address }) => `reaches ${address} alone` },
  silence: {
    id: ({ vips }) => vips.join(" "),
    fields: ({ askedFrom, peers, realServers }) => ({
      from: askedFrom,
      peers: peers.join(" "),
      real_servers: realServers.map(({ name, address }) => `${address}=${name}`).join(" "),
    }),
    inWords: () => "no answer in ARP",
  },
  vip: {
    id: ({ address }) => address,
    fields: (item) => ({ manner: item.manner, from: "from" in item ? item.from : "" }),
  },
  clash: {
    id: ({ id }) => String(id),
    fields: ({ program, address, peers }) => ({ program, from: address, peers: peers.join(" ") }),
    inWords: () => "nobody else on the link",
  },
  sync: { id: (item) => item.interface, fields: ({ id }) => ({ sync_id: String(id) }) },
  vrrp: {
    id: ({ instance }) => instance,
    fields: ({ advertises }) => ({ advertises }),
    inWords: ({ advertises }) => `MASTER or BACKUP, advertises ${advertises}`,
  },
};

/** TypeScript does not see that an item and its kind's entry belong together. */
function kindOf(item: Item): ItemKind<Item> {
  return kinds[item.kind] as ItemKind<Item>;
}

/** One item as words: its kind, its id, and `field=value` for all else. This is all that a host is told. */
export function itemWords(item: Item): readonly [kind: string, id: string, ...fields: string[]] {
  const fields = kindOf(item).fields?.(item) ?? {};
  return [
    item.kind,
    kindOf(item).id(item),
    ...Object.entries(fields).map(([name, value]) => `${name}=${value}`),
  ];
}

/** What an item is called in words: its kind and id. */
export function itemLabel(item: Item): string {
  return `${item.kind} ${kindOf(item).id(item)}`;
}

/** Units whose service a change to the item may interrupt. */
export function unitsDisturbedBy(item: Item): readonly string[] {
  return kindOf(item).disturbs?.(item) ?? [];
}

/** The item with `[secret]` in place of what is shown to nobody. */
export function withoutSecrets<I extends Item>(item: I): I {
  if (item.kind !== "file" || !item.secrets?.length) return item;
  // A bracket on its own tells nothing, and others are like it.
  const secrets = new Set(item.secrets.filter((line) => !/^[{}]$/.test(line)));
  const shown = item.content
    .split("\n")
    .map((line) => (secrets.has(line.trim()) ? line.replace(/\S.*/, "[secret]") : line));
  return { ...item, content: shown.join("\n") };
}

/** The plan as a mapping that reads well in a preview: what is held, and how. */
export function describePlan(plan: HostPlan): Record<string, string> {
  const shown = plan.items.filter((item) => !kindOf(item).isHidden);
  return Object.fromEntries(shown.map((item) => [itemLabel(item), describeItem(item)]));
}

function describeItem(item: Item): string {
  const { fields, inWords } = kindOf(item);
  if (inWords) return inWords(item);
  return Object.values(fields?.(item) ?? {})
    .filter((value) => value !== "")
    .join(", ");
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

function activity(active: boolean | undefined): string {
  if (active === undefined) return "-";
  return active ? "active" : "inactive";
}
