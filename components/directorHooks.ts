/** What happens around a change to a director: connections keep a way, and real servers give back what nobody sends them. */
import * as pulumi from "@pulumi/pulumi";
import type { RealServer } from "./RealServer.ts";
import { giveBack } from "./realServerHooks.ts";
import type { Succession } from "./succession.ts";

/** Hooks for the director's command. */
export function aroundDirector(
  name: string,
  succession: Succession,
  realServers: readonly RealServer[],
): pulumi.ResourceHookBinding {
  const releaseAll = new pulumi.ResourceHook(`${name}-release`, async () => {
    if (!(await succession.isLast(name))) return;
    await Promise.all(realServers.map(({ link, directors }) => giveBack(link, directors)));
  });
  return {
    beforeUpdate: [new pulumi.ResourceHook(`${name}-prepare`, () => succession.prepare(name))],
    afterCreate: [releaseAll],
    afterUpdate: [releaseAll],
    onError: [
      new pulumi.ErrorHook(`${name}-failed`, async () => {
        await succession.giveUp(name);
        return false;
      }),
    ],
  };
}
