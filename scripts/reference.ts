/** `npm run reference`: writes the tables of docs/configuration.md from the schema. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { configSchema } from "../config/schema.ts";

interface Field {
  readonly type: string;
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
  collectMappings("", schema as unknown as Field, mappings);
  return mappings.map((mapping) => section(mapping, mappings)).join("\n");
}

/** What the schema asks for when it is given something that is never right. */
function remedyOf(schema: z.core.$ZodType): string {
  const wrong = ["\0", null].map((value) => z.safeParse(schema, value)).find(({ success }) => !success);
  return wrong?.error?.issues[0]?.message.replace(/^give /, "") ?? "";
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
  return field.default === undefined || field.properties ? "" : `\`${field.default}\``;
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
