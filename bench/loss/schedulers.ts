/** Takes a real server of every service out and back, one service for each scheduler and protocol, with either health engine. */
import { type HealthEngine, healthEngines } from "../../model/lvs.ts";
import { reportLongWork } from "../../setup/rung.ts";
import {
  everyScheduler,
  measureUp,
  type SchedulerOutcome,
  startAnswering,
  withoutSecond,
} from "../../test/cluster/everyScheduler.ts";
import type { TestStack } from "../../test/cluster/stack.ts";
import { network, vip } from "./cluster.ts";

/** One scheduler with one protocol, and what its clients lost. */
export interface EngineOutcome extends SchedulerOutcome {
  readonly engine: HealthEngine;
}

/** Measures all of them; the stack is up afterwards. */
export async function measureSchedulers(stack: TestStack): Promise<EngineOutcome[]> {
  const outcomes: EngineOutcome[] = [];
  for (const engine of healthEngines) {
    const settings = everyScheduler(network, { healthEngine: engine });
    await reportLongWork(`every scheduler, with ${engine}`, async () => {
      stack.configure(settings);
      await stack.must("up");
      if (outcomes.length === 0) await startAnswering(stack, vip);
      const leaving = await measureUp(stack, vip, withoutSecond(settings));
      const coming = await measureUp(stack, vip, settings);
      outcomes.push(...together(leaving.outcomes, coming.outcomes).map((each) => ({ ...each, engine })));
    });
  }
  return outcomes;
}

function together(
  first: readonly SchedulerOutcome[],
  second: readonly SchedulerOutcome[],
): SchedulerOutcome[] {
  return first.map((outcome, index) => {
    const sum = (figure: "asked" | "repeated" | "lost") => outcome[figure] + (second[index]?.[figure] ?? 0);
    return { ...outcome, asked: sum("asked"), repeated: sum("repeated"), lost: sum("lost") };
  });
}
