/** Which settings may be secrets. */
import type { Cluster } from "../model/cluster.ts";
import type { Daemon, ExtraLines } from "../model/extraLines.ts";
import { hidden, type Issue } from "../model/issue.ts";

/** Everything but extra lines is shown: in previews, outputs and the state. */
export function secretIssues(
  { extraLines, virtualServices }: Cluster,
  secretKeys: ReadonlySet<string>,
): Issue[] {
  const hidable: Readonly<Record<string, boolean>> = {
    extraLines: hasLines(extraLines),
    virtualServices: virtualServices.some((service) => hasLines(service.extraLines)),
  };
  return [...secretKeys]
    .filter((key) => !hidable[key])
    .map((path) => ({
      path,
      given: hidden,
      remedy: "set it without --secret: of what is written here only extraLines can be secrets",
    }));
}

function hasLines<D extends Daemon>({ isSecret: _, ...lines }: ExtraLines<D>): boolean {
  return Object.values<readonly string[]>(lines).some(({ length }) => length > 0);
}
