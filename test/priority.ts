/** Who goes first on the processors. */
import { writeFileSync } from "node:fs";
import { constants, setPriority } from "node:os";

/**
 * A director that gets no processor for three advertisements loses the VIPs, and connections with them. So a process of
 * ours, and what it starts, takes what the lab's containers leave. Linux shares processors among sessions before it
 * shares them among the processes of each (sched(7), "The autogroup feature").
 */
export function letTheLabGoFirst(pid = process.pid): void {
  setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  try {
    writeFileSync(`/proc/${pid}/autogroup`, `${constants.priority.PRIORITY_BELOW_NORMAL}`);
  } catch {
    // Processes of the first session share no group, a kernel may have none, and one that is not root may tell it ten
    // times a second (kernel/sched/autogroup.c). The priority above holds in each case.
  }
}
