/** What every Output can do beside what its type declares. */
import * as pulumi from "@pulumi/pulumi";

interface Undeclared<T> {
  promise(): Promise<T>;
  apply<U>(of: (value: T) => pulumi.Input<U>, runWithUnknowns: true): pulumi.Output<U>;
}

/**
 * The value of an Output, or its failure; `apply` would never tell of a failure, and a hook would wait for ever. For use in
 * hooks, where all is known.
 */
export function settled<T>(output: pulumi.Output<T>): Promise<T> {
  return (output as unknown as Undeclared<T>).promise();
}

/** Like `apply`, but at preview too: what is not known yet is `pulumi.unknown` in the value. */
export function applyEarly<T, U>(output: pulumi.Output<T>, of: (value: T) => U): pulumi.Output<U> {
  return (output as unknown as Undeclared<T>).apply(of as (value: T) => pulumi.Input<U>, true);
}

/** Stands for a value that is not known yet: an Output of it is not known either. */
export function notKnown<T>(): T {
  return pulumi.unknown as unknown as T;
}

/** What of a value is known, and the dotted paths of what is not. */
export function knownPart(value: unknown): { readonly known: unknown; readonly unknown: readonly string[] } {
  const unknown: string[] = [];
  const without = (inner: unknown, path: readonly string[]): unknown => {
    if (pulumi.isUnknown(inner)) {
      unknown.push(path.join("."));
      return undefined;
    }
    if (typeof inner !== "object" || inner === null) return inner;
    if (Array.isArray(inner)) return inner.map((each, index) => without(each, [...path, String(index)]));
    const entries = Object.entries(inner).map(([key, each]) => [key, without(each, [...path, key])]);
    return Object.fromEntries(entries.filter(([, each]) => each !== undefined));
  };
  return { known: without(value, []), unknown };
}
