/** What poll.pl wrote → how long nobody answered. */

/** One request on a connection of its own. */
export interface Poll {
  /** Milliseconds of the epoch. */
  readonly askedMs: number;
  /** When its answer came; undefined where none did. */
  readonly answeredMs: number | undefined;
}

/** Reads the lines of poll.pl; throws where one is none. */
export function parsePolls(text: string): Poll[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [, asked, answered] = /^(\d+\.\d) (-|\d+\.\d)$/.exec(line) ?? [];
      if (asked === undefined) throw new Error(`poll.pl wrote a line that is no poll: ${line}`);
      return { askedMs: Number(asked), answeredMs: answered === "-" ? undefined : Number(answered) };
    });
}

/** Longest time without an answer, from the first poll to the last. */
export function longestGapMs(polls: readonly Poll[]): number {
  if (polls.length === 0) throw new RangeError("the gap between no polls");
  const asked = polls.map(({ askedMs }) => askedMs);
  const answers = polls.flatMap(({ answeredMs }) => answeredMs ?? []);
  const times = Float64Array.from([Math.min(...asked), ...answers, Math.max(...asked)]).sort();
  return Math.round(
    times.reduce((longest, time, index) => Math.max(longest, time - (times[index - 1] ?? time)), 0),
  );
}

/** Whether the polls of the last `milliseconds` were all answered. */
export function isServedAtEnd(polls: readonly Poll[], milliseconds: number): boolean {
  const end = Math.max(...polls.map(({ askedMs }) => askedMs));
  const last = polls.filter(({ askedMs }) => askedMs > end - milliseconds);
  return last.every(({ answeredMs }) => answeredMs !== undefined);
}
