import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { globalSections, refusalsOf, serviceSections } from "../../model/extraLines.ts";

describe("an extra line", () => {
  it.each([
    [
      "text after a block's end",
      ["notification_email { a@example.com } lvs_flush"],
      [[0, "begin another line after }"]],
    ],
    [
      "a block that is never closed",
      ["snmp_socket x", "notification_email {", "a@example.com"],
      [[2, "close with } what these lines open"]],
    ],
    [
      "an end of what it has not begun",
      ["}", "smtp_server 192.0.2.25"],
      [[0, "leave } out: no line before it opens what it closes"]],
    ],
    ["a text that goes on", ['smtp_helo_name "lb1'], [[0, 'close the text with "']]],
    [
      "braces that may be text",
      ["smtp_helo_name '{'", "}"],
      [
        [0, "leave quotes out of a line with { or }"],
        [1, "leave } out: no line before it opens what it closes"],
      ],
    ],
    [
      "a line that goes on",
      ["smtp_server 192.0.2.25 \\"],
      [[0, "leave \\ out: not every version of keepalived reads it in the same way"]],
    ],
    ["a directive in quotes", ['"lvs_flush"'], [[0, "begin it with a directive, or with # for a comment"]]],
    [
      "a directive for some hosts",
      ["@lb1 lvs_flush"],
      [[0, "begin it with a directive, or with # for a comment"]],
    ],
    [
      "a directive of a family that is taken",
      ["lvs_flush_on_stop"],
      [[0, "leave it out: it empties the kernel's table"]],
    ],
  ] as [string, string[], [number, string][]][])("of keepalived is refused: %s", (_, lines, refusals) => {
    expect(refusalsOf(globalSections.keepalived, lines)).toEqual(
      refusals.map(([index, remedy]) => ({ index, remedy })),
    );
  });

  it.each([
    [
      "a text that ldirectord would cut",
      ["emailalert = a#b@example.com"],
      "leave # out: ldirectord cuts the line there",
    ],
    ["no directive", ["= yes"], "begin it with a directive, or with # for a comment"],
    [
      "another service",
      ["virtual = 192.0.2.1:80"],
      "leave it out: it begins a service; give that under virtualServices",
    ],
  ])("of ldirectord is refused: %s", (_, lines, remedy) => {
    expect(refusalsOf(globalSections.ldirectord, lines)).toEqual([{ index: 0, remedy }]);
  });

  it.each([
    [
      "what a list has in it",
      globalSections.keepalived,
      ["notification_email {", "lvs_flush@example.com", "}"],
    ],
    [
      "braces in a text",
      globalSections.keepalived,
      ["notification_email {", "}", "# } as a comment", "snmp_socket x # {"],
    ],
    ["the beginning of a word that is taken", serviceSections.keepalived, ["alphabet", "quorum 2"]],
  ])("may have %s", (_, section, lines) => {
    expect(refusalsOf(section, lines)).toEqual([]);
  });
});

/** Texts that mean something to a parser, between words. */
const hostileLine = fc
  .string({
    unit: fc.constantFrom("quorum ", "x", " ", "{", "}", '"', "'", "#", "!", "\\", "=", "@"),
    minLength: 1,
    maxLength: 12,
  })
  .map((line) => line.trim())
  .filter((line) => line !== "");
const hostileLines = fc.array(hostileLine, { minLength: 1, maxLength: 4 });

describe("lines that are accepted, whatever they hold,", () => {
  it("leave keepalived's blocks as they were", () => {
    const accepted = hostileLines.filter((lines) => refusalsOf(globalSections.vrrp, lines).length === 0);
    fc.assert(
      fc.property(accepted, (lines) => {
        let depth = 0;
        for (const line of lines) {
          for (const brace of keepalivedBraces(line)) {
            depth += brace === "{" ? 1 : -1;
            expect(depth).toBeGreaterThanOrEqual(0);
          }
        }
        expect(depth).toBe(0);
      }),
      { numRuns: 2000 },
    );
  });
});

/** The braces of a line as keepalived sees them: comments cut off and texts in quotes skipped (lib/parser.c, decomment). */
function keepalivedBraces(line: string): string[] {
  let isQuoted = false;
  const braces: string[] = [];
  for (const character of line) {
    if (character === '"') isQuoted = !isQuoted;
    if (isQuoted) continue;
    if (/[#!]/.test(character)) break;
    if (/[{}]/.test(character)) braces.push(character);
  }
  return braces;
}
