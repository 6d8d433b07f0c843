/** What is compared: a way to bring hosts to a state, as commands that are run and measured from outside. */
import type { Work } from "../cluster.ts";
import type { Command } from "../measure.ts";

export interface Tool {
  /** Name in the report. */
  readonly name: string;
  /** Called after the hosts were reset: whatever the tool remembers of them is no longer true. */
  forget(): Promise<void>;
  /** Writes its input for the work and returns the command that converges all its hosts. */
  converge(work: Work): Promise<Command>;
  /** The same after one weight has changed, as its users would run it then: best on the director alone. */
  changeWeight?(work: Work): Promise<Command>;
  /** Size of the state it keeps; only where it keeps one. */
  stateBytes?(): Promise<number>;
}
