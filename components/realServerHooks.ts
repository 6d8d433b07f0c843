/** What happens around a change to a real server: clients are elsewhere meanwhile, and what it still serves is kept. */
import * as pulumi from "@pulumi/pulumi";
import { leftoversOf } from "../reading/hostReading.ts";
import { disturbsApache, givingBackDisturbsApache } from "../render/apache.ts";
import { itemLabel } from "../render/hostPlan.ts";
import type { HostChange } from "./hostChange.ts";
import type { HostLink } from "./hostLink.ts";
import type { Roll } from "./roll.ts";

/** Hooks for the real server's command; `directors` is complete by the time they run. */
export function aroundChange(link: HostLink, directors: readonly Roll[]): pulumi.ResourceHookBinding {
  const hook = (when: string, run: (change: HostChange) => Promise<void>) =>
    new pulumi.ResourceHook(`${link.name}-${when}`, async () => run(await link.found()));
  const release = hook("release", async ({ reading }) => {
    if (leftoversOf(reading).length === 0) return;
    // A director that is changed in this run too has it give back when it has stopped sending (directorHooks.ts).
    const changing = await Promise.all(directors.map((director) => director.isToChange()));
    if (!changing.includes(true)) await giveBack(link, directors);
  });
  return {
    // A host may be held already where the state does not know of it.
    afterCreate: [release],
    beforeUpdate: [
      hook("withdraw", async (change) => {
        await Promise.all(directors.map((director) => director.approve(link.name)));
        if (!disturbs(change)) return;
        await withdraw(link.name, change.plan.address, directors);
      }),
    ],
    afterUpdate: [
      hook("readmit", async (change) => {
        for (const director of directors) await director.readmit(link.name, change.plan.address);
      }),
      release,
    ],
    onError: [
      new pulumi.ErrorHook(`${link.name}-failed`, async () => {
        const change = await link.found();
        for (const director of directors) await director.giveUp(link.name, change.plan.address);
        return false;
      }),
    ],
  };
}

/** Has a real server give back what its plan no longer names; clients are elsewhere while that disturbs what it serves. */
export async function giveBack(link: HostLink, directors: readonly Roll[]): Promise<void> {
  const { plan, reading } = await link.found();
  const leftovers = leftoversOf(reading);
  if (leftovers.length === 0) return;
  const senders = leftovers.some(givingBackDisturbsApache) ? directors : [];
  try {
    for (const director of senders) await director.withdraw(link.name, plan.address);
    await link.run("release");
  } catch (error) {
    for (const director of senders) await director.giveUp(link.name, plan.address);
    throw error;
  }
  for (const director of senders) await director.readmit(link.name, plan.address);
}

/** From all directors, or none: one that cannot do without it keeps it in service everywhere. */
async function withdraw(realServer: string, address: string, directors: readonly Roll[]): Promise<void> {
  try {
    for (const director of directors) await director.withdraw(realServer, address);
  } catch (error) {
    for (const director of directors) await director.giveUp(realServer, address);
    throw error;
  }
}

function disturbs({ plan, reading }: HostChange): boolean {
  const differs = new Set(reading.differences.map(({ item }) => item));
  return plan.items.some((item) => disturbsApache(item) && differs.has(itemLabel(item)));
}
