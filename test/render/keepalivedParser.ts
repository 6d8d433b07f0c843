/** Reads keepalived.conf by the rules of keepalived's own parser (lib/parser.c), and stricter: what is unknown, or given twice, fails. */

/** One block: `name arguments {`, and what stands in it. */
export interface Block {
  readonly name: string;
  readonly arguments: string;
  readonly settings: Readonly<Record<string, string>>;
  /** The lines of a block that is a list. */
  readonly entries: readonly string[];
  readonly blocks: readonly Block[];
}

const none = /^$/;
const wholeNumber = /^\d+$/;
const address = /^\d+\.\d+\.\d+\.\d+$/;
const endpoint = /^\d+\.\d+\.\d+\.\d+ \d+$/;
const path = /^\/[\w./-]+$/;
/** A program and words: keepalived starts it without a shell. */
const command = /^\/[\w./-]+( [\w.:/-]+)*$/;

interface Grammar {
  readonly arguments: RegExp;
  readonly settings?: Readonly<Record<string, RegExp>>;
  readonly entries?: RegExp;
  readonly blocks?: Readonly<Record<string, Grammar>>;
}

const list = (entries: RegExp): Grammar => ({ arguments: none, entries });
const trackedFile = { file: /^\/[\w.:/-]+$/, weight: wholeNumber, init_file: wholeNumber };
const retries = { retry: wholeNumber, delay_before_retry: wholeNumber };

const grammar: Grammar = {
  arguments: none,
  blocks: {
    global_defs: {
      arguments: none,
      settings: {
        router_id: /^[a-z][a-z0-9-]*$/,
        vrrp_version: wholeNumber,
        vrrp_rt_priority: wholeNumber,
        vrrp_rlimit_rttime: wholeNumber,
        vrrp_no_swap: none,
        enable_script_security: none,
        script_user: /^root$/,
        smtp_alert: /^off$/,
        smtp_server: address,
        vrrp_startup_delay: wholeNumber,
        vrrp_garp_master_delay: wholeNumber,
        vrrp_garp_master_repeat: wholeNumber,
        vrrp_higher_prio_send_advert: /^true$/,
        vrrp_notify_fifo: path,
        vrrp_notify_fifo_script: command,
      },
      blocks: { notification_email: list(/^\S+@\S+$/) },
    },
    track_file: { arguments: /^[\w.:-]+$/, settings: trackedFile },
    vrrp_script: {
      arguments: /^\w+$/,
      settings: {
        script: command,
        interval: wholeNumber,
        timeout: wholeNumber,
        rise: wholeNumber,
        fall: wholeNumber,
        init_fail: none,
      },
    },
    vrrp_instance: {
      arguments: /^\w+$/,
      settings: {
        state: /^BACKUP$/,
        interface: /^[\w.-]{1,15}$/,
        virtual_router_id: wholeNumber,
        priority: wholeNumber,
        advert_int: /^\d+(\.\d{1,2})?$/,
        nopreempt: none,
        unicast_src_ip: address,
      },
      blocks: {
        unicast_peer: list(address),
        virtual_ipaddress: list(/^[\d.]+\/32 dev lo scope host$/),
        virtual_ipaddress_excluded: list(/^[\d.]+\/32 dev [\w.-]+$/),
        track_script: list(/^\w+$/),
        track_file: list(/^\w+$/),
      },
    },
    virtual_server: {
      arguments: endpoint,
      settings: {
        protocol: /^(TCP|UDP)$/,
        lvs_sched: /^[a-z]+$/,
        "sh-fallback": none,
        "sh-port": none,
        "mh-fallback": none,
        "mh-port": none,
        lvs_method: /^(DR|NAT|TUN)$/,
        persistence_timeout: wholeNumber,
        persistence_granularity: address,
        alpha: /^on$/,
        warmup: wholeNumber,
        delay_loop: wholeNumber,
        inhibit_on_failure: none,
        sorry_server: endpoint,
        quorum_down: command,
      },
      blocks: {
        real_server: {
          arguments: endpoint,
          settings: {
            weight: wholeNumber,
            uthreshold: wholeNumber,
            lthreshold: wholeNumber,
            notify_up: command,
            notify_down: command,
          },
          blocks: {
            FILE_CHECK: { arguments: none, settings: { track_file: /^[\w.:-]+$/, weight: /^0$/ } },
            PING_CHECK: { arguments: none, settings: { connect_timeout: wholeNumber, ...retries } },
          },
        },
      },
    },
  },
};

/** The blocks of a file. */
export function parseKeepalived(text: string): readonly Block[] {
  const lines = text
    .split("\n")
    .map((line) => line.replace(/[!#].*/, "").trim())
    .filter((line) => line !== "");
  lines.push("}");
  const { blocks } = readBlock("a file", "", grammar, lines);
  if (lines.length > 0) throw new Error(`not in any block: ${lines.join("\n")}`);
  return blocks;
}

/** Takes the lines of a block, its `}` included, off the front of `lines`. */
function readBlock(name: string, args: string, known: Grammar, lines: string[]): Block {
  if (!known.arguments.test(args)) throw new Error(`${name} takes no ${JSON.stringify(args)}`);
  const settings: Record<string, string> = {};
  const entries: string[] = [];
  const blocks: Block[] = [];
  for (let line = lines.shift(); line !== "}"; line = lines.shift()) {
    if (line === undefined) throw new Error(`${name} is never closed`);
    const [, keyword = "", value = "", opens] = /^(\S+)(?: (.*?))?( ?\{)?$/.exec(line) ?? [];
    const inner = known.blocks?.[keyword];
    const unquoted = value.replace(/^"([^"]*)"$/, "$1");
    if (opens && inner) {
      blocks.push(readBlock(keyword, value, inner, lines));
    } else if (known.entries?.test(line)) {
      entries.push(line);
    } else if (known.settings?.[keyword]?.test(unquoted) && !(keyword in settings)) {
      settings[keyword] = unquoted;
    } else {
      throw new Error(`not a line that belongs in ${name}: ${JSON.stringify(line)}`);
    }
  }
  return { name, arguments: args, settings, entries, blocks };
}
