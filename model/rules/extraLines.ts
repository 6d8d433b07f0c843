/** What must hold of lines that are passed on as they are. */
import {
  type Daemon,
  type ExtraLines,
  globalSections,
  refusalsOf,
  type Section,
  serviceSections,
} from "../extraLines.ts";
import { hidden, type Issue } from "../issue.ts";
import { services } from "../paths.ts";
import { issue, type Rule } from "./rule.ts";

export const extraLineRules: readonly Rule[] = [
  {
    id: "extra-global-lines",
    reason: "A daemon takes the last of two lines that contradict each other, and says nothing.",
    check: ({ extraLines }) => issuesIn("extraLines", globalSections, extraLines),
  },
  {
    id: "extra-service-lines",
    reason: "A line that contradicts its service, or ends it, makes another one of it.",
    check: (cluster) =>
      services(cluster).flatMap(({ path, service }) =>
        issuesIn(`${path}.extraLines`, serviceSections, service.extraLines),
      ),
  },
];

function issuesIn<D extends Daemon>(
  path: string,
  sections: Readonly<Record<D, Section>>,
  lines: ExtraLines<D>,
): Issue[] {
  return (Object.keys(sections) as D[]).flatMap((daemon) =>
    refusalsOf(sections[daemon], lines[daemon]).map(({ index, remedy }) =>
      issue(`${path}.${daemon}.${index}`, lines.isSecret ? hidden : lines[daemon][index], remedy),
    ),
  );
}
