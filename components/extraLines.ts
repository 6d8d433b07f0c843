/** Lines of a daemon's own language, which may be secrets: what is planned with them is shown without them. */
import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { validated } from "./validate.ts";

/** Lines for one service, which the health engine in use is given; secrets are shown to nobody. */
export interface ServiceLinesArgs {
  /** Lines of ldirectord.cf (ldirectord(8), PER-VIRTUAL DIRECTIVES). Default: none. */
  readonly ldirectord?: pulumi.Input<readonly pulumi.Input<string>[]> | undefined;
  /** Lines of a `virtual_server` (keepalived.conf(5)). Default: none. */
  readonly keepalived?: pulumi.Input<readonly pulumi.Input<string>[]> | undefined;
}

/** Lines for the global sections of a director's daemons, those in use; secrets are shown to nobody. */
export interface DirectorLinesArgs {
  /** Lines of ldirectord.cf (ldirectord(8), GLOBAL DIRECTIVES). Default: none. */
  readonly ldirectord?: pulumi.Input<readonly pulumi.Input<string>[]> | undefined;
  /** Lines of `global_defs` of the keepalived that checks real servers (keepalived.conf(5)). Default: none. */
  readonly keepalived?: pulumi.Input<readonly pulumi.Input<string>[]> | undefined;
  /** Lines of `global_defs` of the keepalived by which directors share VIPs (keepalived.conf(5)). Default: none. */
  readonly vrrp?: pulumi.Input<readonly pulumi.Input<string>[]> | undefined;
}

/** The lines with defaults filled in; a secret where they are one. */
export function checkedLines<T extends z.ZodType>(
  schema: T,
  path: string,
  written: pulumi.Input<ServiceLinesArgs | DirectorLinesArgs> | undefined,
): pulumi.Output<z.output<T>> {
  const given = pulumi.output(written ?? {});
  return pulumi
    .all([given, pulumi.isSecret(given)])
    .apply(([lines, isSecret]) => validated(schema, path, lines, isSecret));
}

/** The lines of a plan as the inputs of a resource show them: a secret where they are one. */
export function shownLines<L extends { readonly isSecret: boolean }>(
  lines: pulumi.Output<L>,
): pulumi.Output<Omit<L, "isSecret">> {
  const shown = lines.apply(({ isSecret, ...rest }) =>
    isSecret ? pulumi.secret(rest) : pulumi.output(rest),
  );
  return shown as unknown as pulumi.Output<Omit<L, "isSecret">>;
}

/** The lines as a plan takes them: it hides them itself, so that not all of it has to be a secret. */
export function linesToPlan<L>(lines: pulumi.Output<L>): pulumi.Output<L & { isSecret: boolean }> {
  const marked = pulumi
    .all([lines, pulumi.isSecret(lines)])
    .apply(([known, isSecret]) => Object.assign({}, known, { isSecret }));
  return pulumi.unsecret(marked) as pulumi.Output<L & { isSecret: boolean }>;
}
