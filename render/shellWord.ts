/** The only place that quotes for the shell. */

/** `text` as one word of POSIX shell, whatever it holds (XCU 2.2.2); NUL cannot be told to a shell and throws. */
export function shellWord(text: string): string {
  if (text.includes("\0")) throw new Error("a NUL character cannot be passed to a shell");
  return `'${text.replaceAll("'", "'\\''")}'`;
}
