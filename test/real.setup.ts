/** Gets what the tests with real parts need, before any of them starts. */
import { provideLabMachine } from "../setup/labMachine.ts";
import { providePulumi } from "../setup/pulumi.ts";
import { letTheLabGoFirst } from "./priority.ts";

export async function setup(): Promise<void> {
  // One downloads while the other computes.
  await Promise.all([provideLabMachine(), providePulumi()]);
  letTheLabGoFirst();
}
