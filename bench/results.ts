/** What was measured, and what follows from it: medians, ratios to ours, and whether the aims are met. */

/** One run of one tool. */
export interface Run {
  readonly seconds: number;
  /** When the change was in the kernel; only where that is asked. */
  readonly effectiveSeconds?: number;
  readonly peakMemoryMebibytes: number;
}

/** The medians of one tool's runs. */
export interface ToolResult extends Run {
  readonly tool: string;
  readonly runs: readonly Run[];
}

/** One thing that every tool was asked to do. */
export interface Scenario {
  readonly name: string;
  readonly results: readonly ToolResult[];
}

/** A promise about ourselves; `value` above `limit` breaks it. */
export interface Aim {
  readonly name: string;
  readonly limit: number;
  readonly value: number;
  readonly unit: "ratio" | "seconds" | "MiB";
  readonly met: boolean;
}

/** Names of the tools that aims are about. */
export const tools = {
  ours: "pulumi-lvs",
  raw: "raw SSH",
  pyinfra: "pyinfra",
  ansible: "Ansible",
  empty: "empty up",
  floor: "bare commands",
};

/** Runs of several scenarios and tools, in any order of arrival. */
export class Results {
  readonly #scenarios = new Map<string, Map<string, Run[]>>();

  add(scenario: string, tool: string, run: Run): void {
    const byTool = this.#scenarios.get(scenario) ?? new Map<string, Run[]>();
    this.#scenarios.set(scenario, byTool);
    byTool.set(tool, [...(byTool.get(tool) ?? []), run]);
  }

  scenarios(): Scenario[] {
    return [...this.#scenarios].map(([name, byTool]) => ({
      name,
      results: [...byTool].map(([tool, runs]) => ({ tool, runs, ...medians(runs) })),
    }));
  }
}

/** Our time as a multiple of another's; undefined where one of them was not measured. */
export function ratio(scenario: Scenario, tool: string): number | undefined {
  const [ours, theirs] = [secondsOf(scenario, tools.ours), secondsOf(scenario, tool)];
  return ours === undefined || theirs === undefined ? undefined : ours / theirs;
}

/** The aims at many hosts; those whose tools were not measured are left out. */
export function aims(first: Scenario, nothingToDo: Scenario): Aim[] {
  const raw = secondsOf(first, tools.raw);
  const empty = secondsOf(nothingToDo, tools.empty);
  const ours = { first: secondsOf(first, tools.ours), nothing: secondsOf(nothingToDo, tools.ours) };
  return [
    aim("first converge ÷ pyinfra", 0.8, ratio(first, tools.pyinfra)),
    aim("first converge ÷ Ansible", 0.05, ratio(first, tools.ansible)),
    aim("first converge ÷ (raw SSH + empty up)", 1.5, divided(ours.first, sum(raw, empty))),
    aim("nothing to do, every host read ÷ pyinfra", 0.8, ratio(nothingToDo, tools.pyinfra)),
    aim("nothing to do − empty up", 0.5, sum(ours.nothing, empty === undefined ? empty : -empty), "seconds"),
  ].flat();
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (upper === undefined || lower === undefined) throw new RangeError("the median of nothing");
  return (lower + upper) / 2;
}

function medians(runs: readonly Run[]): Run {
  const effective = runs.flatMap(({ effectiveSeconds }) => effectiveSeconds ?? []);
  return {
    seconds: median(runs.map(({ seconds }) => seconds)),
    ...(effective.length > 0 && { effectiveSeconds: median(effective) }),
    peakMemoryMebibytes: median(runs.map(({ peakMemoryMebibytes }) => peakMemoryMebibytes)),
  };
}

function secondsOf({ results }: Scenario, tool: string): number | undefined {
  return results.find((result) => result.tool === tool)?.seconds;
}

/** One aim; none where its value was not measured. */
export function aim(
  name: string,
  limit: number,
  value: number | undefined,
  unit: Aim["unit"] = "ratio",
): Aim[] {
  return value === undefined ? [] : [{ name, limit, value, unit, met: value <= limit }];
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}

export function divided(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a / b;
}
