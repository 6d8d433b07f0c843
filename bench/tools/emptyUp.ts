/** What `pulumi up` costs by itself: a program without resources on the same engine, language host and runtime. */
import { type Engine, type FreshStack, stackOf } from "../engine.ts";
import { tools } from "../results.ts";
import type { Tool } from "./tool.ts";

const program = "bench/peers/empty.ts";

export async function emptyUp(engine: Engine): Promise<Tool> {
  let stack: FreshStack = await stackOf(engine, program);
  return {
    name: tools.empty,
    forget: async () => {
      stack = await stackOf(engine, program);
    },
    converge: () => stack.up({}),
  };
}
