/** What is wrong with a configuration. */

/** One mistake: where it is, what stands there, and what to do about it. */
export interface Issue {
  /** Path in the stack's configuration, e.g. `virtualServices.web.port`. */
  readonly path: string;
  /** The value found there; undefined when nothing is. */
  readonly given: unknown;
  readonly remedy: string;
}
