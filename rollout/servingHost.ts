/** A real server that is changed: clients are elsewhere meanwhile, and what it still serves is kept. */
import { leftoversOf } from "../reading/hostReading.ts";
import { disturbsApache, givingBackDisturbsApache } from "../render/apache.ts";
import { itemLabel } from "../render/hostPlan.ts";
import { isToChange, type RunningHost } from "./runningHost.ts";
import type { Turns } from "./turns.ts";

/** A real server, with each director that may send to it; `directors` is complete by the time that anything is done. */
export interface ServingHost {
  readonly host: RunningHost;
  readonly directors: readonly Turns[];
}

/** Throws where a director is not to be changed as planned. */
export async function approve({ host, directors }: ServingHost): Promise<void> {
  await Promise.all(directors.map((director) => director.approve(host.name)));
}

/** Whether its change may interrupt what it serves. */
export async function isDisturbed({ host }: ServingHost): Promise<boolean> {
  const { plan, reading } = await host.found();
  const differs = new Set(reading.differences.map(({ item }) => item));
  return plan.items.some((item) => disturbsApache(item) && differs.has(itemLabel(item)));
}

/** From all directors, or none: one that cannot do without it keeps it in service everywhere. */
export async function withdraw(server: ServingHost): Promise<void> {
  const { host, directors } = server;
  const { plan } = await host.found();
  try {
    for (const director of directors) await director.withdraw(host.name, plan.address);
  } catch (error) {
    await giveUp(server);
    throw error;
  }
}

/** Puts it back on each director that has withdrawn it. */
export async function readmit({ host, directors }: ServingHost): Promise<void> {
  const { plan } = await host.found();
  for (const director of directors) await director.readmit(host.name, plan.address);
}

/** Its change has failed: it goes on serving as it did before. */
export async function giveUp({ host, directors }: ServingHost): Promise<void> {
  const { plan } = await host.found();
  for (const director of directors) await director.giveUp(host.name, plan.address);
}

/** Whether it holds what its plan no longer names. */
export async function hasLeftovers({ host }: ServingHost): Promise<boolean> {
  return leftoversOf((await host.found()).reading).length > 0;
}

/**
 * Whether it gives back by itself: a director that is changed in this run too has it do so when that director has stopped
 * sending (`directorChange` in timeline.ts).
 */
export async function isFreeToGiveBack(server: ServingHost): Promise<boolean> {
  if (!(await hasLeftovers(server))) return false;
  const directors = await Promise.all(server.directors.map(({ director }) => director.found()));
  return !directors.some(isToChange);
}

/** Where clients are elsewhere while it gives back what its plan no longer names. */
export async function whileGivingBack({ host, directors }: ServingHost): Promise<ServingHost> {
  const { reading } = await host.found();
  return { host, directors: leftoversOf(reading).some(givingBackDisturbsApache) ? directors : [] };
}

/** Has it give back what its plan no longer names. */
export async function giveBack(server: ServingHost): Promise<void> {
  if (!(await hasLeftovers(server))) return;
  const away = await whileGivingBack(server);
  await withdraw(away);
  try {
    await server.host.tell("release");
  } catch (error) {
    await giveUp(away);
    throw error;
  }
  await readmit(away);
}
