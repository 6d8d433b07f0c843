/** Lets SSH connections be opened a few at a time: sshd drops some of the logins under way from the tenth on (MaxStartups). */
import { Semaphore } from "async-mutex";

/** Logins that this process has under way at a time. */
const starts = new Semaphore(30);

/** A host that has not taken the connection within this time makes nobody busy, and keeps nobody waiting. */
const LONGEST_SILENCE_MS = 1000;

/** Slots for logins under way behind one jump host. */
export function slotsBehindJumpHost(): Semaphore {
  return new Semaphore(8);
}

/** Starts when there is a slot here and in `others`, and tells once connected; throws the signal's reason where it was aborted meanwhile. */
export async function inTurn<T>(
  start: (onConnect: () => void) => Promise<T>,
  others: readonly Semaphore[] = [],
  signal?: AbortSignal,
): Promise<T> {
  const releases: (() => void)[] = [];
  for (const slots of [...others, starts]) releases.push((await slots.acquire())[1]);
  const leave = () => releases.forEach((release) => void release());
  const timer = setTimeout(leave, LONGEST_SILENCE_MS);
  try {
    signal?.throwIfAborted();
    return await start(() => clearTimeout(timer));
  } finally {
    clearTimeout(timer);
    leave();
  }
}
