/** What a TypeScript file imports and names, read from its syntax tree. */
import { readFileSync } from "node:fs";
import { posix } from "node:path";
import ts from "typescript";
import { inCheckout } from "./fixtures.ts";

export interface Import {
  readonly from: string;
  /** A package, or the path of a file of the checkout. */
  readonly to: string;
  readonly isOurs: boolean;
  /** Gone when the program runs. */
  readonly isType: boolean;
}

export function textOf(path: string): string {
  return readFileSync(inCheckout(path), "utf8");
}

/** Everything that `path` imports, in whatever form. */
export function importsOf(path: string): Import[] {
  return nodesOf(path).flatMap((node): Import[] => {
    if (ts.isImportDeclaration(node))
      return toModule(path, node.moduleSpecifier, node.importClause?.isTypeOnly);
    if (ts.isExportDeclaration(node)) return toModule(path, node.moduleSpecifier, node.isTypeOnly);
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      return toModule(path, node.argument.literal, true);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      return toModule(path, node.arguments[0]);
    return [];
  });
}

/** Identifiers, and properties as `object.property`. */
export function namesIn(path: string): string[] {
  return nodesOf(path).flatMap((node) => {
    if (ts.isIdentifier(node)) return [node.text];
    return ts.isPropertyAccessExpression(node) ? [node.getText()] : [];
  });
}

function toModule(from: string, specifier: ts.Node | undefined, isType = false): Import[] {
  if (!specifier || !ts.isStringLiteral(specifier)) return [];
  const isOurs = specifier.text.startsWith(".");
  const to = isOurs ? posix.join(posix.dirname(from), specifier.text) : specifier.text;
  return [{ from, to, isOurs, isType }];
}

function nodesOf(path: string): ts.Node[] {
  const all = (node: ts.Node): ts.Node[] => [node, ...node.getChildren().flatMap(all)];
  return all(ts.createSourceFile(path, textOf(path), ts.ScriptTarget.Latest, true));
}
