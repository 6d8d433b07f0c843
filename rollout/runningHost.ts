/** A host while a change goes on, however it is reached. */
import type { HostReading } from "../reading/hostReading.ts";
import type { HostPlan } from "../render/hostPlan.ts";
import { digestOf } from "../render/script.ts";

/** What a host may be told to do beside being converged: actions of `host/run.sh`, in the words of CONTRIBUTING's glossary. */
export type Action = "withdraw" | "readmit" | "release" | "drain" | "abandon" | "handover";

/** A host as it was found, and as it is to be. */
export interface FoundHost {
  readonly plan: HostPlan;
  readonly reading: HostReading;
}

/** A host that can be asked and told. */
export interface RunningHost {
  readonly name: string;
  /** The host before anything was changed; fails where it could not be read, or must not be changed as planned. */
  found(): Promise<FoundHost>;
  /** The host as it is now; fails with a `ReadingError` where it does not say. */
  look(): Promise<HostReading>;
  /** Has the host do something, and waits until it is done; fails with the host's own words. */
  tell(action: Action, ...words: readonly string[]): Promise<void>;
}

/** Whether the host is changed in this run. */
export function isToChange({ plan, reading }: FoundHost): boolean {
  const { held, differences, drift } = reading;
  return held?.digest !== digestOf(plan) || differences.length > 0 || drift.length > 0;
}

/** Those of which it is known how they are, and which may be changed as planned. */
export async function readOf<T extends { readonly host: RunningHost }>(all: readonly T[]): Promise<T[]> {
  const readings = await Promise.all(all.map(({ host }) => readingOf(host)));
  return all.filter((_, index) => readings[index]);
}

/** How a host was found; undefined where it could not be read, or must not be changed as planned. */
export async function readingOf(host: RunningHost): Promise<HostReading | undefined> {
  const found = await host.found().catch(() => undefined);
  return found?.reading;
}
