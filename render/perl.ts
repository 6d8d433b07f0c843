/** Values as Perl has them. */

export type PerlValue = string | number | undefined | { readonly [key: string]: PerlValue };

/** A hash, its closing brace at `indent`; what is undefined is left out. */
export function perlHash(values: Readonly<Record<string, PerlValue>>, indent: string): string {
  const inner = `${indent}    `;
  const lines = Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [`${inner}${perlKey(key)} => ${perlValue(value, inner)},\n`],
  );
  return `{\n${lines.join("")}${indent}}`;
}

function perlValue(value: NonNullable<PerlValue>, indent: string): string {
  if (typeof value === "object") return perlHash(value, indent);
  return typeof value === "number" ? String(value) : perlText(value);
}

function perlKey(key: string): string {
  return /^[a-z]\w*$/i.test(key) ? key : perlText(key);
}

/** In a text nothing is interpolated (perlop, "q/STRING/"). */
export function perlText(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
