/** Any configuration that is accepted, its free texts as hostile as the schema lets them be. */
import fc from "fast-check";
import { schedulers } from "../../model/lvs.ts";
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

const healthCheck = fc.record(
  {
    type: fc.constantFrom("http", "connect", "ping", "none"),
    path: accepted.path,
    expect: accepted.expect,
    virtualHost: accepted.virtualHost,
    port,
    intervalSeconds: fc.integer({ min: 1, max: 3600 }),
    timeoutSeconds: fc.integer({ min: 1, max: 300 }),
    failures: fc.integer({ min: 1, max: 100 }),
  },
  { requiredKeys: [] },
);

const destination = fc
  .record({ weight: fc.nat(65535), upper: fc.nat(2000), lower: fc.nat(2000) })
  .map(({ weight, upper, lower }) => ({
    weight,
    upperThreshold: upper,
    lowerThreshold: lower < upper ? lower : 0,
  }));

const service = fc.record({
  vip: fc.integer({ min: 100, max: 103 }),
  scheduler: fc.constantFrom(...schedulers),
  hashPort: fc.boolean(),
  quiescent: fc.boolean(),
  fallback: optional(fc.constantFrom("127.0.0.1", "198.18.7.99")),
  persistence: optional(
    fc.record({
      timeoutSeconds: fc.integer({ min: 1, max: 2678400 }),
      netmask: fc.constantFrom("255.255.255.255", "255.255.255.0", "0.0.0.0"),
    }),
  ),
  healthCheck,
  destinations: fc.dictionary(fc.constantFrom("web1", "web2", "web3"), destination, {
    minKeys: 1,
    noNullPrototype: true,
  }),
});

/** Settings of a whole cluster that every rule accepts. */
export const arbitrarySettings: fc.Arbitrary<Settings> = fc
  .record({
    services: fc.array(service, { minLength: 1, maxLength: 4 }),
    ports: fc.uniqueArray(port, { minLength: 4, maxLength: 4 }),
    apache: fc.record({
      web1: optional(
        fc.record({ documentRoot: optional(accepted.documentRoot), revision: optional(accepted.revision) }),
      ),
      web2: fc.constant({}),
    }),
  })
  .map(({ services, ports, apache }) => ({
    subnet: "198.18.7.0/24",
    directors: { lb1: { address: "198.18.7.11" } },
    realServers: {
      web1: { address: "198.18.7.21", apache: apache.web1 },
      web2: { address: "198.18.7.22", apache: apache.web2 },
      web3: { address: "198.18.7.23" },
    },
    virtualServices: Object.fromEntries(
      services.map(({ vip, destinations, ...rest }, index) => [
        `service${index}`,
        { ...rest, address: `198.18.7.${vip}`, port: ports[index], realServers: destinations },
      ]),
    ),
  }))
  .filter((settings) => clusterIssues(clusterOf(settings)).length === 0);

/** Hostile texts that the schema accepts at one place; what it refuses is taken out of them. */
function textFor(path: string, start = ""): fc.Arbitrary<string> {
  const pattern = new RegExp(schemaFields.get(path)?.pattern ?? "no pattern");
  return hostileText
    .map((text) => start + [...text].filter((character) => pattern.test(start + character)).join(""))
    .filter((text) => pattern.test(text));
}
