/** Keys and passphrases: kept apart from what is checked, shown and remembered. */

/** The settings of `ssh` that are secrets. */
export const secretKeys: readonly string[] = ["privateKey", "privateKeyPassphrase"];

/** Secrets by the words that stand in their place. */
export type Credentials = ReadonlyMap<string, unknown>;

/** What is written without its secrets: in the place of each are words that name it, so that all else can be checked. */
export function withoutCredentials(written: unknown): {
  readonly rest: unknown;
  readonly credentials: Credentials;
} {
  const credentials = new Map<string, unknown>();
  const named = (path: string, value: unknown) => {
    const words = `the secret ${path}`;
    credentials.set(words, value);
    return words;
  };
  const ofHost = (path: string, host: unknown) =>
    changed(host, "ssh", (ssh) =>
      secretKeys.reduce(
        (rest, key) =>
          changed(rest, key, (value) => (isSecret(value) ? named(`${path}ssh.${key}`, value) : value)),
        ssh,
      ),
    );
  const ofHosts = (kind: string, hosts: unknown) =>
    isMapping(hosts)
      ? Object.fromEntries(
          Object.entries(hosts).map(([name, host]) => [name, ofHost(`${kind}.${name}.`, host)]),
        )
      : hosts;
  const rest = ["directors", "realServers"].reduce(
    (all, kind) => changed(all, kind, (hosts) => ofHosts(kind, hosts)),
    ofHost("", written),
  );
  return { rest, credentials };
}

/** Whether `value` is a plain mapping: none of another class, such as a value that is yet to come. */
export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** A copy of a mapping with another value for a key that it has. */
function changed(mapping: unknown, key: string, change: (value: unknown) => unknown): unknown {
  if (!isMapping(mapping) || mapping[key] === undefined) return mapping;
  return { ...mapping, [key]: change(mapping[key]) };
}

/** Text, or a value that is yet to come. Anything else is a mistake, which checking finds. */
function isSecret(value: unknown): boolean {
  if (typeof value === "string") return value !== "";
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isMapping(value);
}
