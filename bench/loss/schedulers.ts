/** Takes a real server of every service out and back, one service for each scheduler and protocol, with either health engine. */
import { type HealthEngine, healthEngines, schedulers } from "../../model/lvs.ts";
import { reportLongWork } from "../../setup/rung.ts";
import { ManySchedulers, type SchedulerOutcome } from "../../test/cluster/manySchedulers.ts";
import type { TestStack } from "../../test/cluster/stack.ts";
import { network } from "./cluster.ts";

/** One scheduler with one protocol, and what its clients lost. */
export interface EngineOutcome extends SchedulerOutcome {
  readonly engine: HealthEngine;
}

/** Measures all of them; the stack is up afterwards. */
export async function measureSchedulers(stack: TestStack): Promise<EngineOutcome[]> {
  const outcomes: EngineOutcome[] = [];
  for (const engine of healthEngines) {
    const lab = new ManySchedulers(network, { tcp: schedulers, udp: schedulers }, { healthEngine: engine });
    await reportLongWork(`every scheduler, with ${engine}`, async () => {
      stack.configure(lab.settings);
      await stack.must("up");
      if (outcomes.length === 0) await lab.startAnswering(stack);
      const leaving = await lab.measureUp(stack, lab.withoutSecond);
      const coming = await lab.measureUp(stack, lab.settings);
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
