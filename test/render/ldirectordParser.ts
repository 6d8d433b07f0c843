/** Reads ldirectord.cf by the rules of ldirectord's own read_config (ClusterLabs/resource-agents), and stricter: what is unknown fails. */

export interface ParsedVirtual {
  readonly address: string;
  readonly reals: readonly string[];
  readonly directives: Readonly<Record<string, string>>;
}

export interface ParsedConfig {
  readonly globals: Readonly<Record<string, string>>;
  readonly virtuals: readonly ParsedVirtual[];
}

const yesOrNo = /^(yes|no)$/;
const wholeNumber = /^\d+$/;
/** A text in quotes; the quotes are not part of it. */
const quoted = /^"([^"]+)"$/;

const globalDirectives: Readonly<Record<string, RegExp>> = {
  checktimeout: wholeNumber,
  negotiatetimeout: wholeNumber,
  checkinterval: wholeNumber,
  failurecount: wholeNumber,
  fork: yesOrNo,
  autoreload: yesOrNo,
  quiescent: yesOrNo,
  readdquiescent: yesOrNo,
  cleanstop: yesOrNo,
  supervised: yesOrNo,
  logfile: quoted,
  emailalertfrom: /^\S+$/,
};

const virtualDirectives: Readonly<Record<string, RegExp>> = {
  servicename: /^[a-z0-9-]+$/,
  fallback: /^\d+\.\d+\.\d+\.\d+:\d+ (gate|masq|ipip)$/,
  protocol: /^(tcp|udp)$/,
  scheduler: /^[a-z]+$/,
  schedflags: /^(sh|mh)-fallback(,(sh|mh)-port)?$/,
  persistent: wholeNumber,
  netmask: /^\d+\.\d+\.\d+\.\d+$/,
  checktype: /^(external-perl|ping|on)$/,
  checkcommand: quoted,
  checkinterval: wholeNumber,
  checktimeout: wholeNumber,
  failurecount: wholeNumber,
  quiescent: yesOrNo,
  emailalert: /^\S+$/,
};

const real = /^\d+\.\d+\.\d+\.\d+:\d+ (gate|masq|ipip) \d+( l:\d+)?( u:\d+)?$/;

export function parseLdirectord(text: string): ParsedConfig {
  const globals: Record<string, string> = {};
  const virtuals: { address: string; reals: string[]; directives: Record<string, string> }[] = [];
  let open: (typeof virtuals)[number] | undefined;
  for (const line of text.replace(/\n$/, "").split("\n")) {
    if (/^\s*#/.test(line)) continue;
    const indented = /^ {4,}(.+)/.exec(line.replace(/#.*/, "").replaceAll("\t", "    "))?.[1];
    if (open && indented !== undefined) {
      readVirtualLine(open, indented);
      continue;
    }
    open = undefined;
    if (line === "") continue;
    const address = /^virtual = (\d+\.\d+\.\d+\.\d+:\d+)$/.exec(line)?.[1];
    if (address === undefined) {
      readDirective(globals, globalDirectives, line);
    } else {
      open = { address, reals: [], directives: {} };
      virtuals.push(open);
    }
  }
  return { globals, virtuals };
}

function readVirtualLine(
  virtual: { reals: string[]; directives: Record<string, string> },
  line: string,
): void {
  const server = /^real = (.*)$/.exec(line)?.[1];
  if (server === undefined) readDirective(virtual.directives, virtualDirectives, line);
  else if (real.test(server)) virtual.reals.push(server);
  else throw new Error(`not a real server: ${line}`);
}

function readDirective(
  into: Record<string, string>,
  known: Readonly<Record<string, RegExp>>,
  line: string,
): void {
  const [, name = "", value = ""] = /^([a-z]+) = (.*)$/.exec(line) ?? [];
  const match = known[name]?.exec(value);
  if (!match) throw new Error(`not a directive that belongs here: ${JSON.stringify(line)}`);
  if (name in into) throw new Error(`given twice: ${line}`);
  into[name] = known[name] === quoted ? (match[1] ?? "") : value;
}
