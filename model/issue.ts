/** What is wrong with a configuration. */

/** In place of a value that may be a secret. */
export const hidden = Symbol("hidden");

/** Whether a dotted path leads to where another one does, or to something in it. */
export function isWithin(path: string, outer: string): boolean {
  return `${path}.`.startsWith(`${outer}.`);
}

/** One mistake: where it is, what stands there, and what to do about it. */
export interface Issue {
  /** Path in the stack's configuration, e.g. `virtualServices.web.port`. */
  readonly path: string;
  /** The value found there; undefined when nothing is, `hidden` where it is not to be printed. */
  readonly given: unknown;
  readonly remedy: string;
}
