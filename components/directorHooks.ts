/** What happens once a director has been changed: its real servers give back what it no longer sends connections for. */
import * as pulumi from "@pulumi/pulumi";
import type { RealServer } from "./RealServer.ts";
import { giveBack } from "./realServerHooks.ts";

/** Hooks for the director's command. */
export function afterDirector(name: string, realServers: readonly RealServer[]): pulumi.ResourceHookBinding {
  const hook = new pulumi.ResourceHook(
    `${name}-release`,
    async () => void (await Promise.all(realServers.map(({ link, directors }) => giveBack(link, directors)))),
  );
  return { afterCreate: [hook], afterUpdate: [hook] };
}
