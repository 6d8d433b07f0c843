/** Every place of the configuration that the schema describes, by dotted path, `*` for a name that the user chooses. */
import { z } from "zod";
import { configSchema } from "../../config/schema.ts";

/** The part of JSON Schema that our schema prints itself in. */
export interface FieldSchema {
  readonly type: "object" | "string" | "integer" | "boolean";
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: false | FieldSchema;
  readonly description?: string;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
}

export const schemaFields: ReadonlyMap<string, FieldSchema> = new Map(
  fieldsUnder("", z.toJSONSchema(configSchema, { io: "input" }) as unknown as FieldSchema),
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
