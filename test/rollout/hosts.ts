/** Hosts that only say how they were found, and keep what they are told. */
import type { HostReading } from "../../reading/hostReading.ts";
import type { HostPlan, Item } from "../../render/hostPlan.ts";
import { digestOf } from "../../render/script.ts";
import type { RunningHost } from "../../rollout/runningHost.ts";
import { type Step, take } from "../../rollout/timeline.ts";
import { nothingRead } from "../reading/nothingRead.ts";

/** What tests may say of a host. */
export interface Circumstances {
  readonly address?: string;
  readonly items?: readonly Item[];
  /** How it is found, beside what its plan makes of it; or why it must not be changed. */
  readonly found?: Partial<HostReading> | Error;
  /** What all hosts are told, in time. */
  readonly told?: string[];
  /** What cannot be done, as `told` has it. */
  readonly fails?: readonly string[];
}

/** A host that is as planned but for what is said of it. */
export function runningHost(name: string, circumstances: Circumstances = {}): RunningHost {
  const { address = "192.0.2.11", items = [], found = {}, told = [], fails = [] } = circumstances;
  const plan: HostPlan = { host: name, address, role: "director", items };
  const held = { digest: digestOf(plan), generation: "g.0" };
  const answer = async () => {
    if (found instanceof Error) throw found;
    return { ...nothingRead, held, ...found };
  };
  return {
    name,
    found: async () => ({ plan, reading: await answer() }),
    look: answer,
    tell: async (...words) => {
      const said = `${name}: ${words.join(" ")}`;
      told.push(said);
      if (fails.includes(said)) throw new Error(`${name} cannot ${words[0]}`);
    },
  };
}

/** Of a host that is converged, and is to be changed. */
export const otherPlan = { held: { digest: "of another plan", generation: "g.0" } };

/** Does these steps of a timeline one after the other, as the engine would. */
export async function takeAll<Subject>(steps: readonly Step<Subject>[], subject: Subject): Promise<void> {
  for (const step of steps) await take(step, subject);
}
