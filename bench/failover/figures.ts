/** Repeats of a case → its figures. */
import { median } from "../results.ts";

/** One failover, under load. */
export interface Repeat {
  /** Longest time in which the VIP answered no poll. */
  readonly gapMs: number;
  readonly requests: number;
  readonly lost: number;
  readonly downloadsStarted: number;
  readonly downloadsSurvived: number;
}

/** All repeats of a case with the same settings. */
export interface Figures {
  readonly repeats: number;
  readonly gapMs: { readonly median: number; readonly p95: number; readonly max: number };
  readonly requests: number;
  readonly lost: number;
  readonly downloadsStarted: number;
  readonly downloadsSurvived: number;
}

/** A case, measured. */
export interface CaseResult {
  readonly name: string;
  /** Undefined where no repeat was measured. */
  readonly ours: Figures | undefined;
  /** With keepalived's default interval between advertisements. */
  readonly byDefault: Figures | undefined;
}

/** Undefined without any repeat. */
export function figuresOf(repeats: readonly Repeat[]): Figures | undefined {
  if (repeats.length === 0) return undefined;
  const gaps = repeats.map(({ gapMs }) => gapMs);
  const sum = (figure: Exclude<keyof Repeat, "gapMs">) =>
    repeats.reduce((total, repeat) => total + repeat[figure], 0);
  return {
    repeats: repeats.length,
    gapMs: { median: median(gaps), p95: percentile(gaps, 95), max: percentile(gaps, 100) },
    requests: sum("requests"),
    lost: sum("lost"),
    downloadsStarted: sum("downloadsStarted"),
    downloadsSurvived: sum("downloadsSurvived"),
  };
}

/** The least of the values that at least `percent` of all do not exceed (nearest rank), so that it was measured. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
  if (value === undefined) throw new RangeError("a percentile of nothing");
  return value;
}
