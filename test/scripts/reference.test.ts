import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { configurationReference } from "../../scripts/reference.ts";
import { schemaFields } from "../config/schemaFields.ts";
import { inCheckout } from "../fixtures.ts";

const page = readFileSync(inCheckout("docs/configuration.md"), "utf8");
const reference = configurationReference();

describe("the configuration reference", () => {
  it("is in docs/configuration.md as `npm run reference` writes it", () => {
    const [, block] = /<!-- reference:start -->\n\n(.*)\n<!-- reference:end -->/s.exec(page) ?? [];
    expect(block).toBe(reference);
  });

  it("says of every setting what it means", () => {
    const settings = [...schemaFields].filter(([path]) => path && !path.endsWith("*"));
    expect(settings.length).toBeGreaterThan(40);
    expect(settings.filter(([, { description }]) => !description).map(([path]) => path)).toEqual([]);
  });

  it("has a row for every setting, and cells for all that a row says", () => {
    const keys = [...schemaFields.keys()].filter((path) => path && !path.endsWith("*"));
    for (const key of keys.map((path) => path.split(".").at(-1)))
      expect(reference).toContain(`\n| \`${key}\` | `);
    const rows = reference.split("\n").filter((line) => line.startsWith("|"));
    expect(rows.filter((line) => line.split(/(?<!\\)\|/).length !== 6)).toEqual([]);
    expect(rows.filter((line) => /^\| `\w+` \| {2}\|/.test(line))).toEqual([]);
  });

  it("links only to its own headings", () => {
    const anchors = [...reference.matchAll(/^### (.*)$/gm)].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replace(/[`<>.,]/g, "")
        .replaceAll(" ", "-"),
    );
    const links = [...reference.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((anchor) => !anchors.includes(anchor ?? ""))).toEqual([]);
  });
});
