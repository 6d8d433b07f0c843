/** Input checks driven by tables, with the words of Pulumi's own command provider. */
import { type Properties, secret, UNKNOWN } from "../properties.ts";
import type { CheckFailure } from "../serve.ts";

/** A simple type, or the list of accepted words. */
type Kind =
  | "string"
  | "number"
  | "integer"
  | "boolean"
  | "strings"
  | "stringMap"
  | "list"
  | readonly string[];

/** What one property may hold. */
export interface Property {
  kind: Kind | ObjectSchema;
  required?: boolean;
  default?: unknown;
  /** Whether the official schema calls it a secret, whatever the program says. */
  secret?: boolean;
  /** Why a property the official provider takes is refused here, and what to do instead. */
  refused?: string;
}

/** The properties of an object; `name` is its Go type in the official provider, used in messages. */
export interface ObjectSchema {
  name: string;
  properties: Record<string, Property>;
}

/** Inputs with defaults filled in and secrets marked, and everything that is wrong with them. */
export interface Checked {
  inputs: Properties;
  failures: CheckFailure[];
}

/** Checks plain inputs against a schema; values still unknown at preview pass. */
export function checkInputs(schema: ObjectSchema, given: Properties): Checked {
  const inputs: Record<string, unknown> = {};
  const failures: CheckFailure[] = [];
  for (const [name, property] of Object.entries(schema.properties)) {
    const value = given[name] ?? property.default;
    if (value === undefined) {
      if (property.required) fail(failures, name, `Missing required field '${name}' on '${schema.name}'`);
      continue;
    }
    const checked = checkValue(schema, name, property, value, failures);
    inputs[name] = property.secret ? secret(checked) : checked;
  }
  for (const name of Object.keys(given)) {
    if (schema.properties[name] === undefined) {
      fail(failures, name, `Unrecognized field '${name}' on '${schema.name}'`);
    }
  }
  return { inputs, failures };
}

function checkValue(
  schema: ObjectSchema,
  name: string,
  property: Property,
  value: unknown,
  failures: CheckFailure[],
): unknown {
  if (property.refused !== undefined) {
    fail(failures, name, `'${name}' on '${schema.name}' is not supported here: ${property.refused}`);
    return value;
  }
  if (value === UNKNOWN) return value;
  if (isSchema(property.kind)) {
    if (!isObject(value)) {
      fail(failures, name, wrongType(schema, name, property.kind.name, value));
      return value;
    }
    const nested = checkInputs(property.kind, value);
    for (const { property: inner, reason } of nested.failures) fail(failures, `${name}.${inner}`, reason);
    return nested.inputs;
  }
  if (!matches(property.kind, value)) fail(failures, name, wrongType(schema, name, property.kind, value));
  return value;
}

function matches(kind: Kind, value: unknown): boolean {
  const isString = (item: unknown) => typeof item === "string";
  switch (kind) {
    case "string":
    case "number":
    case "boolean":
      return typeof value === kind;
    case "integer":
      return Number.isInteger(value);
    case "list":
      return Array.isArray(value);
    case "strings":
      return Array.isArray(value) && value.every(isString);
    case "stringMap":
      return isObject(value) && Object.values(value).every(isString);
    default:
      return isString(value) && kind.includes(String(value));
  }
}

function wrongType(
  schema: ObjectSchema,
  name: string,
  expected: string | readonly string[],
  value: unknown,
): string {
  const wanted = typeof expected === "string" ? expected : expected.join(" | ");
  const got = Array.isArray(value) ? "list" : typeof value;
  return `Field '${name}' on '${schema.name}' must be a '${wanted}'; got '${got}' instead`;
}

function isSchema(kind: Kind | ObjectSchema): kind is ObjectSchema {
  return typeof kind === "object" && "properties" in kind;
}

function fail(failures: CheckFailure[], property: string, reason: string): void {
  failures.push({ property, reason });
}

function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
