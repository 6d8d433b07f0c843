/** Ourselves: `pulumi up` of this project's program on its real engine, with hosts that exist already. */
import { type Engine, type FreshStack, freshStack } from "../engine.ts";
import { tools } from "../results.ts";
import type { Tool } from "./tool.ts";

export async function pulumiLvs(engine: Engine): Promise<Tool> {
  let stack: FreshStack = await freshStack(engine);
  const up: Tool["converge"] = ({ settings, plans }) =>
    stack.up(settings, plans.some(({ role }) => role === "director") ? [] : withoutDirectors());
  return {
    name: tools.ours,
    forget: async () => {
      stack = await freshStack(engine);
    },
    converge: up,
    changeWeight: up,
    stateBytes: () => stack.stateBytes(),
  };
}

/** The program needs one director; where the work is the real servers alone, the engine leaves it out. */
function withoutDirectors(): string[] {
  return ["--exclude", "**lvs:index:Director**", "--exclude-dependents"];
}
