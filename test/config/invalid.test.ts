import { describe, expect, it } from "vitest";
import { invalidCases } from "./invalidCases.ts";
import { refusalOf } from "./loading.ts";
import { type FieldSchema, schemaFields, schemaPath } from "./schemaFields.ts";

describe("a configuration with mistakes", () => {
  it.each(invalidCases)("is refused with one message: $title", ({ settings, message }) => {
    expect(refusalOf(settings)).toBe(message);
  });

  it("is tested for every mistake that can be made in a field", () => {
    const possible = [...schemaFields].flatMap(([path, field]) => mistakesIn(path, field));
    expect(possible.length).toBeGreaterThan(100);
    expect(possible.filter(({ isTested }) => !isTested).map(({ mistake }) => mistake)).toEqual([]);
  });
});

interface Mistake {
  readonly mistake: string;
  /** Whether a fixture makes it. */
  readonly isTested: boolean;
}

function mistakesIn(path: string, field: FieldSchema): Mistake[] {
  const given = (mistake: string, is: (value: unknown) => boolean): Mistake => ({
    mistake: `${path} ${mistake}`,
    isTested: valuesWrittenAt(path).some(is),
  });
  const wrongType = path ? [given("of another type", (value) => typeOf(value) !== field.type)] : [];
  const { minimum = Number.NaN, maximum = Number.NaN } = field;
  if (field.oneOf)
    return [...wrongType, ...mistakesInKeys(path, field), ...keysOfOtherTypes(path, field.oneOf)];
  switch (field.type) {
    case "boolean":
      return wrongType;
    case "string":
      return [...wrongType, given("with a text that is not allowed", (value) => typeof value === "string")];
    case "integer":
      return [
        ...wrongType,
        given(`below ${minimum}`, (value) => value === minimum - 1),
        given(`above ${maximum}`, (value) => value === maximum + 1),
        given("with a fraction", (value) => typeof value === "number" && !Number.isInteger(value)),
      ];
    case "array":
      return [
        ...wrongType,
        given("with an entry that is not allowed", (value) => {
          const allowed = new RegExp(field.items?.pattern ?? "no pattern", "u");
          return Array.isArray(value) && value.some((entry) => !allowed.test(String(entry)));
        }),
      ];
    case "object":
      return [...wrongType, ...mistakesInKeys(path, field)];
  }
}

function mistakesInKeys(path: string, { required = [], additionalProperties }: FieldSchema): Mistake[] {
  const complaint = additionalProperties ? "name it with" : "unknown key";
  const wrongKey = invalidCases.some(({ set, message }) =>
    Object.keys(set).some((written) => {
      const parent = schemaPath(written.split(".").slice(0, -1).join("."));
      return parent !== undefined && alike(parent) === alike(path) && message.includes(complaint);
    }),
  );
  const leftOut = invalidCases.flatMap(({ remove }) => remove.map((removed) => schemaPath(removed)));
  return [
    { mistake: `a wrong key in ${path || "the configuration"}`, isTested: wrongKey },
    ...required
      .map((key) => (path ? `${path}.${key}` : key))
      .map((missing) => ({
        mistake: `${missing} left out`,
        isTested: leftOut.some((removed) => removed !== undefined && alike(removed) === alike(missing)),
      })),
  ];
}

/** Each key that a mapping of one type must not have, as others do. */
function keysOfOtherTypes(path: string, variants: NonNullable<FieldSchema["oneOf"]>): Mistake[] {
  return variants.flatMap(({ properties = {} }) =>
    Object.entries(properties)
      .filter(([, { not }]) => not)
      .map(([key]) => ({
        mistake: `${path}.${key} with type ${properties.type?.const}`,
        isTested: invalidCases.some(({ set }) => {
          const written = Object.entries(set).map(([at, value]) => [schemaPath(at), value]);
          const has = (at: string, is: (value: unknown) => boolean) =>
            written.some(([found, value]) => found === at && is(value));
          return (
            has(`${path}.${key}`, () => true) &&
            has(`${path}.type`, (value) => value === properties.type?.const)
          );
        }),
      })),
  );
}

/** The values that fixtures write at a path of the schema, or at another place with the same schema. */
function valuesWrittenAt(path: string): unknown[] {
  return invalidCases.flatMap(({ set }) =>
    Object.entries(set)
      .filter(([written]) => alike(schemaPath(written) ?? "") === alike(path))
      .map(([, value]) => value),
  );
}

/** The schema describes `ssh` once, for every place where it may be written. */
function alike(path: string): string {
  return path.replace(/^(directors|realServers)\.\*\.ssh\b/, "ssh");
}

function typeOf(value: unknown): string {
  if (value === null) return "no type of ours";
  if (Array.isArray(value)) return "array";
  return typeof value === "number" ? "integer" : typeof value;
}
