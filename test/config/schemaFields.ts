/** Every place of the configuration that the schema describes, by dotted path, `*` for a name that the user chooses. */
import { z } from "zod";
import { configSchema } from "../../config/schema.ts";
import { type Field, flattened } from "../../scripts/reference.ts";

/** The part of JSON Schema that our schema prints itself in. */
export interface FieldSchema {
  readonly type: "object" | "array" | "string" | "integer" | "boolean";
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  /** A mapping of one of several types; `properties` has the keys of all. */
  readonly oneOf?: readonly Pick<FieldSchema, "properties">[];
  /** The one value that is taken. */
  readonly const?: string;
  /** Nothing is taken. */
  readonly not?: object;
  readonly required?: readonly string[];
  readonly additionalProperties?: false | FieldSchema;
  /** What a list holds. */
  readonly items?: { readonly pattern: string };
  readonly description?: string;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
}

export const schemaFields: ReadonlyMap<string, FieldSchema> = new Map(
  fieldsUnder(
    "",
    flattened(z.toJSONSchema(configSchema, { io: "input" }) as unknown as Field) as FieldSchema,
  ),
);

/** `written`, a path of a configuration, as a path of the schema; undefined where the schema has none. */
export function schemaPath(written: string): string | undefined {
  const parts = written.split(".");
  return [...schemaFields.keys()].find((path) => {
    const pattern = path.split(".");
    return pattern.length === parts.length && pattern.every((part, i) => part === "*" || part === parts[i]);
  });
}

function fieldsUnder(path: string, field: FieldSchema): [path: string, field: FieldSchema][] {
  const inner = {
    ...field.properties,
    ...(field.additionalProperties && { "*": field.additionalProperties }),
  };
  return [
    [path, field],
    ...Object.entries(inner).flatMap(([key, value]) => fieldsUnder(path ? `${path}.${key}` : key, value)),
  ];
}
