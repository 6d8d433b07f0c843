import type * as pulumi from "@pulumi/pulumi";
import { expect, it } from "vitest";
import type { z } from "zod";
import type { ClusterArgs } from "../../components/index.ts";
import type { clusterSchema } from "../../config/schema.ts";

/** Dotted paths of the keys of a type, `*` for a name. */
type Paths<T> = T extends readonly unknown[]
  ? never
  : T extends object
    ? {
        [K in keyof T & string]-?: string extends K
          ? `*.${Paths<NonNullable<T[K]>>}`
          : K | `${K}.${Paths<NonNullable<T[K]>>}`;
      }[keyof T & string]
    : never;

/** What is written of a cluster, and of its machines besides. */
type Written = Paths<z.input<typeof clusterSchema>>;
type Argument = Paths<Omit<pulumi.Unwrap<ClusterArgs>, "directors" | "realServers">> | HostArgument;
type HostArgument = {
  [K in "directors" | "realServers"]:
    | K
    | `${K}.*.${Paths<Omit<pulumi.Unwrap<ClusterArgs>[K][string], "machineId" | "deletedWith">>}`;
}["directors" | "realServers"];
/** The type of a value that nobody changes. */
type Unchanged<T> = { readonly [K in keyof T]: Unchanged<T[K]> };
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

it("the arguments have the keys of the configuration, each with a value that it takes", () => {
  const haveSameKeys: Same<Written, Argument> = true;
  const areTaken = (args: pulumi.Unwrap<ClusterArgs>): Unchanged<z.input<typeof clusterSchema>> => args;
  expect([haveSameKeys, areTaken]).toHaveLength(2);
});
