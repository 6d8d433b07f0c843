/** Property values as the engine sends them: secrets wrapped in an object, unknowns as one well-known string. */

/** What a resource's inputs and outputs look like to a handler: plain JSON, no wrapped secrets. */
export type Properties = Readonly<Record<string, unknown>>;

/** Stands, at preview, for a value another resource has yet to produce (pulumi sdk/go/common/resource/plugin/rpc.go). */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

// pulumi sdk/go/common/resource/sig/sig.go
const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

/** Marks an output as secret, so that the engine encrypts it in the state and hides it in diffs. */
export function secret(value: unknown): Properties {
  return { [SIGNATURE_KEY]: SECRET_SIGNATURE, value };
}

/** The same value with every secret unwrapped and every null property left out. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  if (isSecret(value)) return plain(value.value);
  return mapValues(value, plain);
}

/** `plain` for a whole property bag. */
export function plainProperties(properties: Properties): Properties {
  return mapValues(properties, plain);
}

/** Whether a secret is wrapped anywhere in the value. */
export function containsSecret(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(containsSecret);
  return isObject(value) && (isSecret(value) || Object.values(value).some(containsSecret));
}

/** Marks as secret whatever is secret at the same path of `template`, at any depth: a handler that echoes an input need not care. */
export function markLike(properties: Properties, template: Properties): Properties {
  return mapValues(properties, (value, key) => mark(value, template[key]));
}

function mark(value: unknown, template: unknown): unknown {
  const [inner, isMarked] = opened(value);
  const [pattern, isToBeMarked] = opened(template);
  const marked = markInside(inner, pattern);
  return isMarked || isToBeMarked ? secret(marked) : marked;
}

function markInside(value: unknown, template: unknown): unknown {
  if (Array.isArray(value) && Array.isArray(template))
    return value.map((item, index) => mark(item, template[index]));
  if (isObject(value) && isObject(template)) return markLike(value, template);
  return value;
}

function opened(value: unknown): [inner: unknown, isMarked: boolean] {
  return isObject(value) && isSecret(value) ? [value.value, true] : [value, false];
}

function mapValues(object: Properties, map: (value: unknown, key: string) => unknown): Properties {
  const entries = Object.entries(object).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(entries.map(([key, value]) => [key, map(value, key)]));
}

function isSecret(value: Properties): boolean {
  return value[SIGNATURE_KEY] === SECRET_SIGNATURE;
}

function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
