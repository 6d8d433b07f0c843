/** What `pulumi up` costs by itself: a program without resources on the same engine, language host and runtime. */
import { type Engine, emptyStack, type FreshStack } from "../engine.ts";
import { tools } from "../results.ts";
import type { Tool } from "./tool.ts";

export async function emptyUp(engine: Engine): Promise<Tool> {
  let stack: FreshStack = await emptyStack(engine);
  return {
    name: tools.empty,
    forget: async () => {
      stack = await emptyStack(engine);
    },
    converge: () => stack.up({}),
  };
}
