/** Reads a host while the program runs, before its resource is compared with the state, and tells what has drifted. */
import { randomBytes } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { errorForPeople } from "../config/configError.ts";
import type { HostReading } from "../reading/hostReading.ts";
import { FormatError, ReadingError, readHost } from "../reading/readHost.ts";
import { type Connection, targetOf } from "../reading/target.ts";
import { inWords } from "../reading/words.ts";
import type { HostPlan } from "../render/hostPlan.ts";
import { renderLauncher, renderScript } from "../render/script.ts";
import type { FoundHost } from "../rollout/runningHost.ts";
import { SshError } from "../ssh/target.ts";
import { notKnown } from "./output.ts";

/** A host as found, and what makes it as planned. */
export interface HostChange extends FoundHost {
  readonly connection: Connection;
  /** Runs the script that lies on the host by now. Equal to the one in the state exactly where nothing is to be done. */
  readonly launcher: string;
}

/** Throws where a host must not be changed so. */
export type Judge = (change: HostChange) => void | Promise<void>;

/**
 * Reads the host for `resource`. Unknown at preview where the host cannot be read, which is a warning then; in an update
 * it is an error.
 */
export function readForChange(
  name: string,
  resource: pulumi.Resource,
  plan: pulumi.Output<HostPlan>,
  connection: pulumi.Output<Connection>,
  machineId: pulumi.Input<string>,
  judge: Judge,
): pulumi.Output<HostChange> {
  const change = pulumi.all([plan, connection, machineId]).apply(async ([wanted, way]) => {
    const reading = await read(name, resource, wanted, way);
    // The engine then shows an update: whether one is needed cannot be told.
    if (!reading) return notKnown<HostChange>();
    await showDrift(name, resource, reading);
    const launcher = renderLauncher(wanted, nextGeneration(reading));
    const change = { plan: wanted, connection: way, reading, launcher };
    await judge(change);
    return change;
  });
  // The way in is a secret, but what was found there is one only if the plan is.
  return pulumi
    .output(pulumi.isSecret(plan))
    .apply((isSecret) => (isSecret ? change : pulumi.unsecret(change)));
}

async function read(
  name: string,
  resource: pulumi.Resource,
  plan: HostPlan,
  connection: Connection,
): Promise<HostReading | undefined> {
  const isPreview = pulumi.runtime.isDryRun();
  try {
    const target = targetOf(connection, isPreview ? "brief" : "configured");
    return await readHost(target, renderScript(plan), { layScript: !isPreview });
  } catch (error) {
    if (!(error instanceof SshError || error instanceof ReadingError)) throw error;
    if (error instanceof FormatError) throw errorForPeople(error.message);
    // Taken for one that holds nothing, it would be changed without drain, handover and the guard of connections.
    if (!isPreview) throw errorForPeople(`${name} is left as it is: ${error.message}`);
    await pulumi.log.warn(
      `${name} cannot be read, so what would change there is not known: ${error.message}`,
      resource,
    );
    return undefined;
  }
}

async function showDrift(
  name: string,
  resource: pulumi.Resource,
  { held, drift }: HostReading,
): Promise<void> {
  if (!held || drift.length === 0) return;
  const lines = drift.flatMap(inWords).map((words) => `\n  ${name}: ${words}`);
  await pulumi.log.warn(`drift (planned → found), \`up\` repairs it:${lines.join("")}`, resource);
}

/**
 * The generation of the last good run where the host is as that run left it; another one makes the launcher differ from
 * the one in the state, and so run. A host that is not ours yet gets one that no state can hold.
 */
function nextGeneration({ held, differences, drift }: HostReading): string {
  if (!held) return `${randomBytes(4).toString("hex")}.0`;
  if (differences.length === 0 && drift.length === 0) return held.generation;
  const [origin, count] = held.generation.split(".");
  return `${origin}.${Number(count ?? 0) + 1}`;
}
