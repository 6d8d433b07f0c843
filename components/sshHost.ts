/** A host as the running program sees it: how it was found, what launches its script, and actions run there beside its resource. */
import * as pulumi from "@pulumi/pulumi";
import type { HostReading } from "../reading/hostReading.ts";
import { ReadingError, readHost } from "../reading/readHost.ts";
import { type Connection, targetOf } from "../reading/target.ts";
import { shellWord } from "../render/shellWord.ts";
import type { Action, RunningHost } from "../rollout/runningHost.ts";
import { runOverSsh } from "../ssh/client.ts";
import { SshError } from "../ssh/target.ts";
import type { HostChange } from "./hostChange.ts";
import { settled } from "./output.ts";

/** A way to one host for as long as the program runs. */
export class SshHost implements RunningHost {
  readonly name: string;
  readonly connection: pulumi.Output<Connection>;
  /** What the host's command runs: equal to the one in the state exactly where nothing is to be done. */
  readonly launcher: pulumi.Output<string>;
  readonly #resource: pulumi.Resource;
  readonly #change: pulumi.Output<HostChange>;

  constructor(
    name: string,
    resource: pulumi.Resource,
    connection: pulumi.Output<Connection>,
    change: pulumi.Output<HostChange>,
  ) {
    this.name = name;
    this.connection = connection;
    this.#resource = resource;
    this.#change = change;
    this.launcher = change.apply(({ launcher }) => launcher);
  }

  /** For use in hooks: a preview may not know it, and this fails then. */
  async found(): Promise<HostChange> {
    const change: HostChange | undefined = await settled(this.#change);
    if (!change) throw new Error(`${this.name}: how it is cannot be known yet`);
    return change;
  }

  async look(): Promise<HostReading> {
    const { connection, launcher } = await this.found();
    try {
      return await readHost(targetOf(connection, "brief"), launcher);
    } catch (error) {
      if (!(error instanceof SshError)) throw error;
      throw new ReadingError(error.message, { cause: error });
    }
  }

  /** Runs an action of `host/run.sh`, its words shown as they come; throws an Error with the last of them when it fails. */
  async tell(action: Action, ...words: readonly string[]): Promise<void> {
    const { connection, launcher } = await this.found();
    const said: string[] = [];
    const { exitCode } = await runOverSsh(targetOf(connection, "configured"), {
      command: ["bash -s --", action, ...words.map(shellWord)].join(" "),
      stdin: launcher,
      onStderr: (text) => {
        said.push(text.trimEnd());
        void pulumi.log.info(text.trimEnd(), this.#resource);
      },
    });
    if (exitCode !== 0) throw new Error(said.at(-1) ?? `${this.name}: ${action} ended with ${exitCode}`);
  }
}
