/** Finds the word that a misspelt one was meant to be. */

/** The word of `known` that `written` is most like; undefined where it is like none: more than a letter in three is wrong. */
export function meantBy(written: string, known: readonly string[]): string | undefined {
  const [closest] = known
    .map((word) => ({ word, mistakes: mistakesBetween(written.toLowerCase(), word.toLowerCase()) }))
    .filter(({ word, mistakes }) => mistakes <= word.length / 3)
    .sort((a, b) => a.mistakes - b.mistakes);
  return closest?.word;
}

/** Letters left out, added, mistaken or swapped with the next: optimal string alignment distance. */
function mistakesBetween(from: string, to: string): number {
  const swapped = (i: number, j: number) => from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
  const counts: number[][] = [Array.from({ length: to.length + 1 }, (_, j) => j)];
  const count = (i: number, j: number) => counts[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= from.length; i++) {
    counts[i] = [i];
    for (let j = 1; j <= to.length; j++) {
      const mistaken = from[i - 1] === to[j - 1] ? 0 : 1;
      counts[i]?.push(
        Math.min(
          count(i - 1, j) + 1,
          count(i, j - 1) + 1,
          count(i - 1, j - 1) + mistaken,
          i > 1 && j > 1 && swapped(i, j) ? count(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
  }
  return count(from.length, to.length);
}
