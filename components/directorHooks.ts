/** What happens once a director has been changed: its real servers give back what it no longer sends connections for. */
import * as pulumi from "@pulumi/pulumi";
import { leftoversOf } from "../reading/hostReading.ts";
import type { RealServer } from "./RealServer.ts";

/** Hooks for the director's command. */
export function afterDirector(name: string, realServers: readonly RealServer[]): pulumi.ResourceHookBinding {
  const release = async ({ link }: RealServer) => {
    const { reading } = await link.found();
    if (leftoversOf(reading).length > 0) await link.run("release");
  };
  const hook = new pulumi.ResourceHook(
    `${name}-release`,
    async () => void (await Promise.all(realServers.map(release))),
  );
  return { afterCreate: [hook], afterUpdate: [hook] };
}
