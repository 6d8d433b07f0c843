/** Memory of a process and all its descendants, a page that several share counted once (proc(5), smaps_rollup). */
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const shortestPauseMs = 100;
/** Watching may take at most this share of one core. */
const watchingShare = 0.05;

/** Samples the tree below `pid` until `signal` is aborted; returns the highest sum in MiB. */
export async function peakMemoryMebibytes(pid: number, signal: AbortSignal): Promise<number> {
  let peakKibibytes = 0;
  while (!signal.aborted) {
    const started = performance.now();
    const sum = treeOf(pid).reduce((total, process) => total + memoryKibibytes(process), 0);
    peakKibibytes = Math.max(peakKibibytes, sum);
    const pauseMs = Math.max(shortestPauseMs, (performance.now() - started) / watchingShare);
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
  return peakKibibytes / 1024;
}

function treeOf(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(treeOf)];
}

/** Each thread lists the children it has started. */
function childrenOf(pid: number): number[] {
  return orNothing(() => readdirSync(`/proc/${pid}/task`), []).flatMap((thread) =>
    orNothing(() => readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8"), "")
      .split(" ")
      .filter(Boolean)
      .map(Number),
  );
}

function memoryKibibytes(pid: number): number {
  const rollup = orNothing(() => readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"), "");
  return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0);
}

/** A process may end between being listed and being read. */
function orNothing<T>(read: () => T, nothing: T): T {
  try {
    return read();
  } catch {
    return nothing;
  }
}
