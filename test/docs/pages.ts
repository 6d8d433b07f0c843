/** The documentation's pages, taken apart by a Markdown parser: examples, links, headings, words in code. */
import { posix } from "node:path";
import GithubSlugger from "github-slugger";
import { type MarkedToken, marked, type Tokens } from "marked";
import { checkedIn } from "../checkout.ts";
import { textOf } from "../sourceText.ts";

/** A code block. One that begins with "```yaml Pulumi.dev.yaml" is of kind `yaml` and a part of `Pulumi.dev.yaml`. */
export interface Example {
  readonly page: string;
  readonly kind: string;
  /** The file that it is a part of; empty where none is named. */
  readonly partOf: string;
  readonly text: string;
}

/** README first. */
export const pages = [
  "README.md",
  ...checkedIn().filter((path) => path.startsWith("docs/") && path.endsWith(".md")),
];

export function examplesOf(page: string): Example[] {
  return tokensOf(page)
    .filter((token) => token.type === "code")
    .map(({ text, lang = "" }) => {
      const [kind = "", partOf = ""] = lang.split(" ");
      return { page, kind, partOf, text };
    });
}

/** The programs that `package.test.ts` type-checks and previews: a whole cluster, and the parts of one. */
export const programExamples = examplesOf("docs/how-to/own-program.md").filter(({ kind }) => kind === "ts");

/** Where its links lead. */
export function linksOf(page: string): string[] {
  return tokensOf(page)
    .filter((token) => token.type === "link")
    .map(({ href }) => href);
}

/** The path and the anchor that a link on a page leads to, where it leads to a file of the checkout. */
export function targetOf(page: string, href: string): { readonly path: string; readonly anchor: string } {
  const [path = "", anchor = ""] = href.split("#");
  return { path: path === "" ? page : posix.join(posix.dirname(page), path), anchor };
}

/** What a link to a page can end with. */
export function anchorsOf(page: string): string[] {
  const slugger = new GithubSlugger();
  return tokensOf(page)
    .filter((token) => token.type === "heading")
    .map(({ text }) => slugger.slug(text));
}

/** What stands in the running text as code, tables included. */
export function codeIn(page: string): string[] {
  return tokensOf(page)
    .filter((token) => token.type === "codespan")
    .map(({ text }) => text);
}

/** The first column of the table under a heading. */
export function firstColumn(page: string, heading: string): Tokens.TableCell[] {
  const tokens = tokensOf(page);
  const begin = tokens.findIndex((token) => token.type === "heading" && token.text === heading);
  const table = tokens.slice(begin).find((token) => token.type === "table");
  return table?.rows.flatMap(([first]) => first ?? []) ?? [];
}

function tokensOf(page: string): MarkedToken[] {
  const tokens: MarkedToken[] = [];
  marked.walkTokens(marked.lexer(textOf(page)), (token) => void tokens.push(token as MarkedToken));
  return tokens;
}
