/** Any configuration that is accepted, its free texts as hostile as the schema lets them be. */
import fc from "fast-check";
import { type HealthCheckType, transports } from "../../model/healthCheck.ts";
import type { Protocol } from "../../model/lvs.ts";
import { hashFlags, healthEngines, protocols, schedulers } from "../../model/lvs.ts";
import { clusterIssues } from "../../model/rules.ts";
import { schemaFields } from "../config/schemaFields.ts";
import { clusterOf, type Settings } from "../fixtures.ts";

const hostileText = fc.string({
  unit: fc.oneof(
    fc.constantFrom(..."'\"`$(){}[]<>|&;*?!~#%\\/=:, \t\n\r\0-."),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
  ),
  minLength: 1,
  maxLength: 40,
});

const accepted = {
  path: textFor("virtualServices.*.healthCheck.path", "/"),
  expect: textFor("virtualServices.*.healthCheck.expect"),
  virtualHost: textFor("virtualServices.*.healthCheck.virtualHost"),
  documentRoot: textFor("realServers.*.apache.documentRoot", "/"),
  revision: textFor("realServers.*.apache.revision"),
};

const port = fc.integer({ min: 1, max: 65535 });
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const linkInterface = fc.constantFrom("eth0", "ens18");

const directors = fc
  .array(fc.record({ priority: optional(fc.integer({ min: 1, max: 254 })), interface: linkInterface }), {
    minLength: 1,
    maxLength: 3,
  })
  .map((several) =>
    Object.fromEntries(
      several.map((director, at) => [`lb${at + 1}`, { address: `198.18.7.1${at + 1}`, ...director }]),
    ),
  );

const vrrp = fc.record(
  {
    routerId: fc.integer({ min: 1, max: 255 }),
    advertIntervalCentiseconds: fc.integer({ min: 1, max: 4095 }),
    multicast: fc.boolean(),
    preempt: fc.boolean(),
  },
  { requiredKeys: [] },
);

const apache = fc.record({
  documentRoot: optional(accepted.documentRoot),
  revision: optional(accepted.revision),
});

function realServer(host: number, more: { readonly apache?: fc.Arbitrary<object | undefined> } = {}) {
  return fc.record({
    address: fc.constant(`198.18.7.${host}`),
    interface: optional(linkInterface),
    drain: fc.nat(7).map((number) => number === 0),
    ...more,
  });
}

const realServers = fc.record({
  web1: realServer(21, { apache }),
  web2: realServer(22, { apache: optional(apache) }),
  app1: realServer(31),
  app2: realServer(32),
});

const destination = fc
  .record({ weight: fc.oneof(fc.nat(2), fc.nat(65535)), upper: fc.nat(2000), lower: fc.nat(2000) })
  .map(({ weight, upper, lower }) => ({
    weight,
    upperThreshold: upper,
    lowerThreshold: lower < upper ? lower : 0,
  }));

const scheduling = schedulers.flatMap((scheduler) =>
  (hashFlags[scheduler] ? [false, true] : [false]).map((hashPort) => ({ scheduler, hashPort })),
);

/** What becomes of a service is decided by these; a managed Apache serves the first kind. */
const kinds: readonly {
  readonly protocols: readonly Protocol[];
  readonly checks: readonly HealthCheckType[];
  readonly checkedPort: fc.Arbitrary<number | undefined>;
  readonly realServers: readonly string[];
}[] = [
  {
    protocols: ["tcp"],
    checks: ["http", "connect", "ping", "none"],
    checkedPort: fc.constant(undefined),
    realServers: ["web1", "web2", "app1"],
  },
  {
    protocols: keysOf(protocols),
    checks: keysOf(transports),
    checkedPort: optional(port),
    realServers: ["app1", "app2"],
  },
];

/** A check of this type, any of its settings left out. */
function checkOf(type: HealthCheckType, checkedPort: fc.Arbitrary<number | undefined>) {
  const { path, expect, virtualHost } = accepted;
  const fetch = { path, expect, virtualHost, port: checkedPort };
  const settings: Readonly<Record<HealthCheckType, Readonly<Record<string, fc.Arbitrary<unknown>>>>> = {
    http: fetch,
    https: fetch,
    connect: { port: checkedPort },
    ping: {},
    none: {},
  };
  const timing = {
    intervalSeconds: fc.integer({ min: 1, max: 3600 }),
    timeoutSeconds: fc.integer({ min: 1, max: 300 }),
    failures: fc.integer({ min: 1, max: 100 }),
  };
  return fc.record({ type: fc.constant(type), ...settings[type], ...timing }, { requiredKeys: ["type"] });
}

const service = fc
  .constantFrom(...kinds)
  .chain((kind) =>
    fc.record({
      vip: fc.constantFrom(
        { address: "198.18.7.100", routed: false },
        { address: "198.18.7.101", routed: false },
        { address: "198.18.7.101", routed: true },
        { address: "203.0.113.80", routed: true },
      ),
      port: fc.oneof(fc.constantFrom(80, 443), port),
      protocol: fc.constantFrom(...kind.protocols),
      scheduling: fc.constantFrom(...scheduling),
      quiescent: fc.boolean(),
      fallback: optional(fc.constantFrom("127.0.0.1", "198.18.7.99")),
      drainSeconds: optional(fc.nat(86_400)),
      onDrainTimeout: optional(fc.constantFrom("stop", "proceed")),
      persistence: optional(
        fc.record({
          timeoutSeconds: fc.integer({ min: 1, max: 2678400 }),
          netmask: fc.constantFrom("255.255.255.255", "255.255.255.0", "0.0.0.0"),
        }),
      ),
      healthCheck: fc.oneof(...kind.checks.map((type) => checkOf(type, kind.checkedPort))),
      realServers: fc.dictionary(fc.constantFrom(...kind.realServers), destination, {
        minKeys: 1,
        noNullPrototype: true,
      }),
    }),
  )
  .map(({ vip, scheduling, ...rest }) => ({ ...vip, ...scheduling, ...rest }))
  .filter((only) => isAccepted(cluster({ only })));

/** Settings of a whole cluster that every rule accepts. */
export const arbitrarySettings: fc.Arbitrary<Settings> = fc
  .record({
    directors,
    vrrp,
    healthEngine: fc.constantFrom(...healthEngines),
    realServers,
    services: fc.uniqueArray(service, {
      selector: (each) => `${each.protocol} ${each.address}:${each.port}`,
      minLength: 1,
      maxLength: 4,
    }),
  })
  .map(({ services, ...rest }) =>
    cluster(Object.fromEntries(services.map((each, index) => [`service${index}`, each])), rest),
  )
  .filter(isAccepted);

/** Services behind one director, unless `more` says otherwise. */
function cluster(virtualServices: Settings, more: Settings = {}): Settings {
  const address = (host: number) => ({ address: `198.18.7.${host}` });
  return {
    subnet: "198.18.7.0/24",
    directors: { lb1: address(11) },
    realServers: {
      web1: { ...address(21), apache: {} },
      web2: { ...address(22), apache: {} },
      app1: address(31),
      app2: address(32),
    },
    virtualServices,
    ...more,
  };
}

function isAccepted(settings: Settings): boolean {
  return clusterIssues(clusterOf(settings)).length === 0;
}

/** Hostile texts that the schema accepts at one place; what it refuses is taken out of them. */
function textFor(path: string, start = ""): fc.Arbitrary<string> {
  const pattern = new RegExp(schemaFields.get(path)?.pattern ?? "no pattern");
  return hostileText
    .map((text) => start + [...text].filter((character) => pattern.test(start + character)).join(""))
    .filter((text) => pattern.test(text));
}

function keysOf<K extends string>(record: Readonly<Record<K, unknown>>): K[] {
  return Object.keys(record) as K[];
}
