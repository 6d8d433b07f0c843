/** Kinds of values a setting can have, each with the message that says what to give instead of a wrong one. */
import { z } from "zod";
import { hostMask, isAddress, isNetmask, isSubnet } from "../../model/address.ts";

/** Every message says what to give instead; `config/errors.ts` adds the path and the value that was given. */
export const say = (remedy: string) => ({ error: remedy });

/** A whole number in a range; `meaning` says of what. */
export function integer(minimum: number, maximum: number, meaning: string) {
  const remedy = say(`give ${meaning}, a whole number from ${minimum} to ${maximum}`);
  return z.int(remedy).min(minimum, remedy).max(maximum, remedy);
}

/** Text of a form. */
export function text(pattern: RegExp, remedy: string) {
  return z.string(say(remedy)).regex(pattern, say(remedy));
}

/** One word of several. */
export function choice<const T extends readonly [string, ...string[]]>(values: T) {
  return z.enum(values, say(`give one of ${values.join(", ")}`));
}

/** Yes or no; `meaning` says to what. */
export function flag(meaning: string) {
  return z.boolean(say(`give true or false: ${meaning}`));
}

/** A mapping with keys of its own. */
export function settings<T extends z.ZodRawShape>(shape: T, known: readonly string[] = Object.keys(shape)) {
  return z.strictObject(shape, {
    error: ({ code }) =>
      code === "unrecognized_keys"
        ? `unknown key; known here: ${known.join(", ")}`
        : `give a mapping with: ${known.join(", ")}`,
  });
}

/** A mapping of one of the types in `S`: its type, what this type has, and what all share. */
type Typed<S, C> = {
  [T in keyof S]: z.ZodObject<{ type: z.ZodDefault<z.ZodLiteral<T & string>> } & S[T] & C>;
}[keyof S];

/** A mapping whose `type` says which keys it has beside the `shared` ones; a key of other types is refused with these. */
export function typed<const S extends Record<string, z.ZodRawShape>, const C extends z.ZodRawShape>(
  noun: string,
  shapes: S,
  shared: C,
  type: { readonly default: keyof S; readonly meaning: string },
) {
  const types = Object.keys(shapes);
  const keys = [...new Set(Object.values(shapes).flatMap(Object.keys))];
  const oneOfThem = `give one of ${types.join(", ")}`;
  const foreign = (own: string, key: string) => {
    const those = types.filter((other) => Object.hasOwn(shapes[other] ?? {}, key)).join(" or ");
    return z
      .never(say(`leave it out, or give type ${those}: a ${noun} of type ${own} has no ${key}`))
      .optional();
  };
  const variants = Object.entries(shapes).map(([own, shape]) => {
    const literal = z.literal(own, say(oneOfThem));
    const shown = own === type.default ? literal.optional().default(own) : literal;
    const known = { type: shown.describe(type.meaning), ...shape, ...shared };
    const unknown = keys.filter((key) => !Object.hasOwn(shape, key)).map((key) => [key, foreign(own, key)]);
    return settings({ ...known, ...Object.fromEntries(unknown) }, Object.keys(known));
  });
  return z.discriminatedUnion("type", variants as unknown as [Typed<S, C>], {
    error: ({ code }) =>
      code === "invalid_union"
        ? oneOfThem
        : `give a mapping with: ${["type", ...keys, ...Object.keys(shared)].join(", ")}`,
  });
}

const name = text(
  /^[a-z][a-z0-9-]{0,40}$/,
  "name it with lower-case letters, digits and hyphens, a letter first, at most 41 characters",
);

/** A mapping from names that the user gives. */
export function named<T extends z.ZodType>(value: T, what: string) {
  return z.record(name, value, say(`give a mapping from ${what} names to their settings`));
}

/** An IPv4 address. */
export const address = z
  .string(say("give an IPv4 address such as 192.0.2.10"))
  .refine(isAddress, say("give an IPv4 address such as 192.0.2.10"));

/** A network in CIDR notation. */
export const subnet = z
  .string(say("give a network such as 192.0.2.0/24"))
  .refine(isSubnet, say("give a network such as 192.0.2.0/24, its host bits zero"));

/** A netmask; each address is a network of its own unless one is given. */
export const netmask = z
  .string(say("give a netmask such as 255.255.255.0"))
  .refine(isNetmask, say("give a netmask such as 255.255.255.0"))
  .default(hostMask);

/** A TCP or UDP port. */
export const port = integer(1, 65535, "a port");

/** What SSH or HTTP can call a host. */
export const hostName = text(
  /^[A-Za-z0-9]([A-Za-z0-9.:-]{0,252}[A-Za-z0-9])?$/,
  "give a host name or an address",
);

/** ldirectord(8) cuts a line at `#`, ends a string at `"` and turns a tab into spaces. */
export const plainText = (what: string) =>
  text(/^[^"#\t\r\n\0]{1,255}$/, `give ${what} of 1 to 255 characters, without ", #, tabs and line breaks`);

/** The path of a URL (RFC 3986 §3.3), with a query if need be. */
export const path = text(
  /^\/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]{0,254}$/,
  "give a path that starts with /, in URL characters",
);

/** An absolute path that needs no quoting anywhere. */
export const filePath = text(
  /^\/[A-Za-z0-9._/-]{0,254}$/,
  "give an absolute path of letters, digits, . _ - and /",
);

/** A public key as OpenSSH writes it (sshd(8), AUTHORIZED_KEYS FILE FORMAT). */
export const hostKey = text(
  /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]+={0,2}( .*)?$/,
  'give the host\'s public key as ssh-keyscan prints it, without the name: "ssh-ed25519 AAAA…"',
);

/** A login name (useradd(8)). */
export const sshUser = text(/^[a-z_][a-z0-9_.-]{0,31}$/, "give a login name");
