/** Who goes first on the processors. */
import { existsSync, writeFileSync } from "node:fs";
import { constants, setPriority } from "node:os";

/**
 * A director that gets no processor for three advertisements loses the VIPs, and connections with them. So a process of
 * ours, and what it starts, takes what the lab's containers leave. Linux shares processors among sessions before it
 * shares them among the processes of each (sched(7), "The autogroup feature").
 */
export function letTheLabGoFirst(pid = process.pid): void {
  setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  const session = `/proc/${pid}/autogroup`;
  if (!existsSync(session)) return;
  try {
    writeFileSync(session, `${constants.priority.PRIORITY_BELOW_NORMAL}`);
  } catch (error) {
    // Who is not root may say so ten times a second (kernel/sched/autogroup.c).
    if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
  }
}
