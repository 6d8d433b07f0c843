/** A host as the running program sees it: how it was found, what launches its script, and actions run there beside its resource. */
import * as pulumi from "@pulumi/pulumi";
import type { HostReading } from "../reading/hostReading.ts";
import { type Connection, targetOf } from "../reading/target.ts";
import { shellWord } from "../render/script.ts";
import { runOverSsh } from "../ssh/client.ts";
import type { HostChange } from "./hostChange.ts";

/** What every Output has, though it is not declared; `apply` would never tell of a failure, and a hook would wait for ever. */
interface Settling<T> {
  promise(): Promise<T>;
}

/** The value of an Output, or its failure. For use in hooks, where all is known. */
export function settled<T>(output: pulumi.Output<T>): Promise<T> {
  return (output as unknown as Settling<T>).promise();
}

/** What a host may be asked to do beside being converged, see `host/run.sh`. */
type Action = "withdraw" | "readmit" | "release" | "drain" | "abandon" | "handover";

/** A way to one host for as long as the program runs. */
export class HostLink {
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

  /** The host as it was found; fails where it could not be read, or must not be changed as planned. For use in hooks: a preview may not know it. */
  found(): Promise<HostChange> {
    return settled(this.#change);
  }

  /** Runs an action of `host/run.sh`, its words shown as they come; throws an Error with the last of them when it fails. */
  async run(action: Action, ...words: readonly string[]): Promise<void> {
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

/** How a host was found; undefined where it could not be read, or must not be changed as planned. */
export async function readingOf(link: Pick<HostLink, "found">): Promise<HostReading | undefined> {
  const change = await link.found().catch(() => undefined);
  return pulumi.isUnknown(change) ? undefined : change?.reading;
}
