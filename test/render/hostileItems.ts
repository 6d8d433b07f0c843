/** Items of every kind, whatever their texts hold; those that a shell would run leave a file `canary` behind. */
import fc from "fast-check";
import type { Item } from "../../render/hostPlan.ts";

/** Texts that a shell could take for more than text; those that run something leave a file behind. */
export const hostileText = fc.oneof(
  fc.constantFrom(
    "$(touch canary)",
    "`touch canary`",
    "'; touch canary; '",
    '"; touch canary; "',
    "\n}\ntouch canary\nplan() {\n",
    "$((touch canary))",
    "<(touch canary)",
    "-n",
    "--",
    "-e \\x41",
    "*",
    "~",
    "{a,b}",
    "!!",
    "\\",
    "\\'",
    "'",
    "''",
    "\r\n",
    "$HOME",
    "é ☃ 𝄞",
    "",
  ),
  fc.string({ unit: fc.constantFrom(..."'\"`$\\!*?~{}[]()<>|&;#%-= \t\n\rab") }),
  fc.string({ unit: "binary" }).filter((text) => !text.includes("\0")),
);

const hostileTexts = fc.array(hostileText, { maxLength: 4 });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const hostileDestination = fc.record({
  address: hostileText,
  port: fc.nat(65535),
  forwarding: hostileText,
  weight: fc.nat(),
  upperThreshold: fc.nat(),
  lowerThreshold: fc.nat(),
  connections: fc.constant(undefined),
});

/** An item of each kind. */
const hostileItems: { readonly [K in Item["kind"]]: fc.Arbitrary<Extract<Item, { kind: K }>> } = {
  link: fc.record({ kind: fc.constant("link"), address: hostileText, interface: maybe(hostileText) }),
  packages: fc.record({ kind: fc.constant("packages"), names: hostileTexts, units: hostileTexts }),
  record: fc.record({
    kind: fc.constant("record"),
    of: fc.constantFrom("service", "probe"),
    id: hostileText,
  }),
  debconf: fc.record({
    kind: fc.constant("debconf"),
    package: hostileText,
    answers: fc.array(
      fc.record({ question: hostileText, type: fc.constantFrom("boolean", "select"), value: hostileText }),
      { maxLength: 3 },
    ),
  }),
  assignment: fc.record({
    kind: fc.constant("assignment"),
    path: hostileText,
    key: hostileText,
    value: hostileText,
  }),
  module: fc.record({ kind: fc.constant("module"), name: hostileText }),
  sysctl: fc.record({ kind: fc.constant("sysctl"), key: hostileText, value: hostileText }),
  file: fc.record({
    kind: fc.constant("file"),
    path: hostileText,
    mode: fc.constantFrom("0644", "0755"),
    content: hostileText,
    notify: hostileText,
    check: fc.constantFrom("ldirectord", "keepalived", "apache", "perl"),
  }),
  revision: fc.record({
    kind: fc.constant("revision"),
    package: hostileText,
    unit: hostileText,
    text: hostileText,
  }),
  unit: fc.record({
    kind: fc.constant("unit"),
    name: hostileText,
    enabled: fc.boolean(),
    active: maybe(fc.boolean()),
  }),
  http: fc.record({
    kind: fc.constant("http"),
    address: hostileText,
    port: fc.nat(65535),
    path: hostileText,
  }),
  service: fc.record({
    kind: fc.constant("service"),
    key: hostileText,
    planned: fc.record({
      options: hostileText,
      destinations: fc.array(hostileDestination, { maxLength: 3 }),
    }),
    settleSeconds: fc.nat(),
    whenDown: fc.constantFrom("removed", "quiesced"),
    repair: hostileText,
    log: hostileText,
    check: maybe(hostileText),
    fallback: maybe(hostileText),
    drainSeconds: fc.nat(),
    onDrainTimeout: fc.constantFrom("stop", "proceed"),
  }),
  drain: fc.record({ kind: fc.constant("drain") }),
  scheduler: fc.record({ kind: fc.constant("scheduler") }),
  probe: fc.record({ kind: fc.constant("probe"), address: hostileText }),
  silence: fc.record({
    kind: fc.constant("silence"),
    vips: hostileTexts,
    askedFrom: hostileText,
    peers: hostileTexts,
    realServers: fc.array(fc.record({ name: hostileText, address: hostileText }), { maxLength: 3 }),
  }),
  clash: fc.record({
    kind: fc.constant("clash"),
    id: fc.nat(255),
    program: hostileText,
    address: hostileText,
    peers: hostileTexts,
  }),
  sync: fc.record({ kind: fc.constant("sync"), interface: hostileText, id: fc.nat(255) }),
  vrrp: fc.record({ kind: fc.constant("vrrp"), instance: hostileText, advertises: hostileText }),
  vip: fc.oneof(
    fc.record({ kind: fc.constant("vip"), address: hostileText, manner: fc.constant("silent") }),
    fc.record({
      kind: fc.constant("vip"),
      address: hostileText,
      manner: fc.constantFrom("announce", "share"),
      from: hostileText,
    }),
  ),
};

/** Any of them. */
export const hostileItem: fc.Arbitrary<Item> = fc.oneof(...Object.values(hostileItems));
