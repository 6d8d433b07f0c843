/** What `npm run bench:scale` is told. */
import { InvalidArgumentError } from "commander";
import { mostRealServers } from "../cluster.ts";

/** A real server of a table of services has an address too. */
const most = mostRealServers - 3;

/** Numbers of hosts or services, each of which has an address, such as `10,50`. */
export function counts(text: string): number[] {
  return text.split(",").map((each) => {
    const count = wholeNumber(each);
    if (count >= 1 && count <= most) return count;
    throw new InvalidArgumentError(`give numbers from 1 to ${most}, parted by commas`);
  });
}

/** A time that may be none. */
export function milliseconds(text: string): number {
  const value = wholeNumber(text);
  if (value >= 0) return value;
  throw new InvalidArgumentError("give a whole number of milliseconds");
}

/** NaN for anything else. */
function wholeNumber(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}
