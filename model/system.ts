/** Operating systems that hosts run. */

/** `debian` is Debian and what derives from it. */
export type System = "debian";

/** Nobody is asked as long as there is one. */
export const onlySystem: System = "debian";
