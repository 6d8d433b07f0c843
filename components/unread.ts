/** Real servers that could not be read: directors are changed without them, as far as that is safe. */
import * as pulumi from "@pulumi/pulumi";
import { errorForPeople } from "../config/configError.ts";
import { joinedBy } from "../reading/tableChange.ts";
import { digestOf } from "../render/script.ts";
import { readOf } from "../rollout/runningHost.ts";
import type { HostChange } from "./hostChange.ts";
import { settled } from "./output.ts";
import type { RealServer } from "./RealServer.ts";

/** Those whose commands a director has to wait for: a real server that could not be read is left as it is. */
export async function changed(realServers: readonly RealServer[]): Promise<RealServer[]> {
  // At preview a host may be one that is not known yet.
  return pulumi.runtime.isDryRun() ? [...realServers] : readOf(realServers);
}

/** Fails where `director` would send to one of the others for the first time: nothing tells whether that one is silent. */
export async function refuseUnread(
  director: string,
  { plan, reading }: HostChange,
  realServers: readonly RealServer[],
): Promise<void> {
  if (reading.held?.digest === digestOf(plan)) return;
  const read = await changed(realServers);
  for (const server of realServers.filter((each) => !read.includes(each))) {
    const joined = joinedBy(await settled(server.address), plan, reading);
    if (joined.length === 0) continue;
    const of = `${server.name}, new in ${joined.join(", ")},`;
    throw errorForPeople(`${director} is left as it is: ${of} cannot be read (see there)`);
  }
}
