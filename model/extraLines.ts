/** A way out: lines of a daemon's own language, for what the program does not model. */
import type { HealthEngine } from "./lvs.ts";

/** Whose language it is: a health engine's, or that of the keepalived by which directors share VIPs. */
export type Daemon = HealthEngine | "vrrp";

/** Lines for one section, by daemon; those of a daemon that does not run count for nothing. */
export type ExtraLines<D extends Daemon> = Readonly<Record<D, readonly string[]>> & {
  /** Whether nobody may be shown them. */
  readonly isSecret: boolean;
};

/** Those lines of a daemon that nobody may be shown. */
export function secretsIn<D extends Daemon>(daemon: D, lines: ExtraLines<D>): readonly string[] {
  return lines.isSecret ? lines[daemon] : [];
}

/** Where lines go, and what they may not say there. */
export interface Section {
  readonly language: Language;
  /** Directives that are not for extra lines, by the reason; `*` stands for any ending. */
  readonly taken: Readonly<Record<string, string>>;
}

/** How a daemon's file is read. */
type Language = "ldirectord" | "keepalived";

const written = "pulumi-lvs writes it";
const unseen = "pulumi-lvs would neither check that file nor see it change";

/** ldirectord(8), GLOBAL DIRECTIVES; keepalived.conf(5), GLOBAL CONFIGURATION. */
export const globalSections: Readonly<Record<Daemon, Section>> = {
  ldirectord: {
    language: "ldirectord",
    taken: {
      [written]:
        "checktimeout negotiatetimeout checkinterval checkcount failurecount fork autoreload quiescent readdquiescent cleanstop supervised logfile",
      "it begins a service; give that under virtualServices": "virtual virtual6",
      "give each service its fallback": "fallback fallback6",
      [unseen]: "execute",
    },
  },
  keepalived: {
    language: "keepalived",
    taken: {
      [written]: "enable_script_security script_user smtp_alert",
      "this keepalived shares no VIPs; give it under vrrp": "vrrp_*",
      "it empties the kernel's table": "lvs_flush*",
      "the kernel tells connections to other directors already": "lvs_sync_daemon",
      [unseen]: "include*",
    },
  },
  vrrp: {
    language: "keepalived",
    taken: {
      [written]:
        "router_id vrrp_version vrrp_rt_priority vrrp_rlimit_rt* vrrp_no_swap enable_script_security script_user vrrp_garp_master_delay vrrp_garp_master_repeat vrrp_higher_prio_send_advert vrrp_notify_fifo vrrp_notify_fifo_script",
      "directors would not hear each other": "vrrp_strict vrrp_mcast_group4",
      "it empties the kernel's table": "lvs_flush*",
      "the kernel tells connections to other directors already": "lvs_sync_daemon",
      [unseen]: "include*",
    },
  },
};

/** ldirectord(8), PER-VIRTUAL DIRECTIVES; keepalived.conf(5), Virtual server(s). */
export const serviceSections: Readonly<Record<HealthEngine, Section>> = {
  ldirectord: {
    language: "ldirectord",
    taken: {
      [written]: "servicename cleanstop",
      "realServers says it": "real real6",
      "fallback says it": "fallback fallback6",
      "protocol says it": "protocol",
      "scheduler and hashPort say it": "scheduler schedflags",
      "persistence says it": "persistent netmask",
      "quiescent says it": "quiescent",
      "healthCheck says it":
        "check* negotiatetimeout failurecount service request receive httpmethod virtualhost login passwd database secret load",
      "the kernel's table would not be as planned": "ops",
    },
  },
  keepalived: {
    language: "keepalived",
    taken: {
      [written]: "alpha warmup",
      "realServers says it": "real_server weight",
      "fallback says it": "sorry_server*",
      "protocol says it": "protocol",
      "forwarding says it": "lvs_method lb_kind",
      "scheduler and hashPort say it": "lvs_sched lb_algo hashed flag-* sh-* mh-*",
      "persistence says it": "persistence_*",
      "quiescent says it": "inhibit_on_failure",
      "healthCheck says it": "delay_loop retry delay_before_retry connect_timeout virtualhost",
      "the kernel's table would not be as planned": "ops",
      "it empties the kernel's table when keepalived stops": "omega",
      "a standby must check real servers too": "ha_suspend",
      [unseen]: "include*",
    },
  },
};

/** A line that is refused, by its place in the list. */
export interface Refusal {
  readonly index: number;
  readonly remedy: string;
}

/** The lines that would end their section, or contradict what stands in it. What the daemon knows, it says itself. */
export function refusalsOf({ language, taken }: Section, lines: readonly string[]): Refusal[] {
  const { comment, fault, blocks } = syntaxes[language];
  let depth = 0;
  const remedies = lines.map((line) => {
    if (comment.test(line)) return undefined;
    const isInBlock = depth > 0;
    depth += blocks(line);
    if (depth < 0) {
      depth = 0;
      return "leave } out: no line before it opens what it closes";
    }
    return fault(line) ?? (isInBlock ? undefined : faultOfDirective(line, taken));
  });
  if (depth > 0) remedies[lines.length - 1] ??= "close with } what these lines open";
  return remedies.flatMap((remedy, index) => (remedy === undefined ? [] : [{ index, remedy }]));
}

function faultOfDirective(line: string, taken: Section["taken"]): string | undefined {
  const [directive] = /^[a-z][\w-]*/i.exec(line) ?? [];
  if (directive === undefined) return "begin it with a directive, or with # for a comment";
  const found = Object.entries(taken).find(([, words]) =>
    words.split(" ").some((word) => matches(directive, word)),
  );
  return found && `leave it out: ${found[0]}`;
}

function matches(directive: string, word: string): boolean {
  return word.endsWith("*") ? directive.startsWith(word.slice(0, -1)) : directive === word;
}

interface Syntax {
  readonly comment: RegExp;
  /** Why a line would be read as something else. */
  readonly fault: (line: string) => string | undefined;
  /** Blocks that a line opens, less those that it closes. */
  readonly blocks: (line: string) => number;
}

const syntaxes: Readonly<Record<Language, Syntax>> = {
  ldirectord: {
    comment: /^#/,
    fault: (line) => (line.includes("#") ? "leave # out: ldirectord cuts the line there" : undefined),
    blocks: () => 0,
  },
  keepalived: {
    comment: /^[#!]/,
    fault: (line) => {
      if (line.includes("\\"))
        return "leave \\ out: not every version of keepalived reads it in the same way";
      if (count(line, /"/g) % 2 === 1) return 'close the text with "';
      if (/["']/.test(line) && /[{}]/.test(line)) return "leave quotes out of a line with { or }";
      return /\}\s*[^\s}]/.test(uncommented(line)) ? "begin another line after }" : undefined;
    },
    blocks: (line) => count(uncommented(line), /\{/g) - count(uncommented(line), /\}/g),
  },
};

/** Where there are quotes there is no brace to count. */
function uncommented(line: string): string {
  return line.replace(/["'#!].*/, "");
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
