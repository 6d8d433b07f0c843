/** `npm run reference`: writes the tables of docs/configuration.md from the schema. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { configSchema } from "../config/schema.ts";

/** The part of JSON Schema that our schema prints itself in. */
export interface Field {
  readonly type: string;
  /** The one value that is taken. */
  readonly const?: string;
  /** Nothing is taken. */
  readonly not?: object;
  /** A mapping of one of several types. */
  readonly oneOf?: readonly Field[];
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Field>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: false | Field;
  /** What to give, as the message for a wrong value says it. */
  readonly remedy: string;
}

interface Mapping {
  /** Where it may be written; several places where the same settings are known. */
  readonly paths: string[];
  readonly field: Field;
}

/** The reference: a table for each mapping, in the order of the schema. */
export function configurationReference(): string {
  const schema = z.toJSONSchema(configSchema, {
    io: "input",
    override: ({ zodSchema, jsonSchema }) => {
      jsonSchema.remedy = remedyOf(zodSchema);
    },
  });
  const mappings: Mapping[] = [];
  collectMappings("", flattened(schema as unknown as Field), mappings);
  return mappings.map((mapping) => section(mapping, mappings)).join("\n");
}

/** What the schema asks for when it is given something that is never right. */
function remedyOf(schema: z.core.$ZodType): string {
  const wrong = ["\0", null].map((value) => z.safeParse(schema, value)).find(({ success }) => !success);
  return wrong?.error?.issues[0]?.message.replace(/^give /, "") ?? "";
}

/** The same with each mapping of several types as one. */
export function flattened(field: Field): Field {
  const { properties, additionalProperties, ...rest } = field.oneOf ? merged(field, field.oneOf) : field;
  const inner = Object.entries(properties ?? {}).map(([key, value]) => [key, flattened(value)]);
  return {
    ...rest,
    ...(properties && { properties: Object.fromEntries(inner) }),
    ...(additionalProperties && { additionalProperties: flattened(additionalProperties) }),
  };
}

/** A mapping of several types with the keys of all; those that only some have say so. */
function merged(field: Field, types: readonly Field[]): Field {
  const keys = new Set(types.flatMap(({ properties = {} }) => Object.keys(properties)));
  const properties = [...keys].map((key) => {
    const having = types.flatMap(({ properties: { type, [key]: found } = {} }) =>
      found && !found.not ? [{ type: `\`${type?.const}\``, found }] : [],
    );
    const only =
      having.length < types.length ? ` Only for ${having.map(({ type }) => type).join(", ")}.` : "";
    const [{ found } = { found: field }] = having;
    return [key, { ...found, description: `${found.description}${only}` }];
  });
  const required = [...keys].filter((key) => types.every((type) => type.required?.includes(key)));
  return { ...field, properties: Object.fromEntries(properties), required };
}

function collectMappings(path: string, field: Field, into: Mapping[]): void {
  if (field.properties) {
    const same = into.find(
      (mapping) => JSON.stringify(mapping.field.properties) === JSON.stringify(field.properties),
    );
    if (same) same.paths.push(path);
    else into.push({ paths: [path], field });
  }
  for (const [key, inner] of Object.entries(field.properties ?? {})) {
    collectMappings(path ? `${path}.${key}` : key, inner, into);
  }
  if (field.additionalProperties) collectMappings(`${path}.<name>`, field.additionalProperties, into);
}

function section({ paths, field }: Mapping, mappings: readonly Mapping[]): string {
  const rows = Object.entries(field.properties ?? {}).map(([key, value]) => {
    const isRequired = field.required?.includes(key) ?? false;
    return row([
      `\`${key}\``,
      kindOf(value, mappings),
      isRequired ? "required" : defaultOf(value),
      value.description ?? "",
    ]);
  });
  return [
    `### ${title(paths)}`,
    "",
    row(["Key", "Value", "Default", "Meaning"]),
    row(["---", "---", "---", "---"]),
    ...rows,
    "",
  ].join("\n");
}

function title(paths: readonly string[]): string {
  return paths.map((path) => (path ? `\`${path}\`` : "Top level")).join(", ");
}

function kindOf(field: Field, mappings: readonly Mapping[]): string {
  const { properties } = field.additionalProperties || field;
  if (!properties) return field.remedy;
  const { paths = [] } =
    mappings.find((mapping) => JSON.stringify(mapping.field.properties) === JSON.stringify(properties)) ?? {};
  const link = `[\`${paths[0]}\`](#${slug(title(paths))})`;
  return field.additionalProperties ? `a mapping from names to ${link}` : `a mapping: ${link}`;
}

function defaultOf(field: Field): string {
  if (field.default === undefined || field.properties) return "";
  return `\`${Array.isArray(field.default) ? JSON.stringify(field.default) : field.default}\``;
}

/** The anchor that GitHub gives a heading. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, "")
    .replaceAll(" ", "-");
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

/** Replaces what stands between the marks of the page. */
function writeReference(): void {
  const page = new URL("../docs/configuration.md", import.meta.url);
  const block = /(?<=<!-- reference:start -->\n\n).*(?=\n<!-- reference:end -->)/s;
  writeFileSync(page, readFileSync(page, "utf8").replace(block, configurationReference));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeReference();
