/** Makes one change under load, our way and by hand, from the same state. */
import { setTimeout as sleep } from "node:timers/promises";
import type { LoadReport } from "../../load/account.ts";
import { type LoadPlan, startLoad } from "../../load/load.ts";
import { report, reportLongWork, SetupError } from "../../setup/rung.ts";
import { runOverSsh } from "../../ssh/client.ts";
import type { TestStack } from "../../test/cluster/stack.ts";
import type { Settings } from "../../test/fixtures.ts";
import type { Change, HandStep } from "./changes.ts";
import { vip } from "./cluster.ts";

/** One change and what it cost. */
export interface Outcome {
  readonly name: string;
  readonly ours: LoadReport;
  readonly naive: LoadReport;
}

/** What the load asks for each second, besides downloads: new connections, and 15 times on each kept-alive one. */
const plan: LoadPlan = {
  url: `http://${vip}/`,
  downloadUrl: `http://${vip}/large`,
  newConnectionsPerSecond: 500,
  keepAliveConnections: 12,
  downloads: 4,
};
const requestsPerSecond = 680;
/** Of load before and after a change. */
const aroundSeconds = 2;
/** A change that takes longer has failed. */
const longestSeconds = 600;

/** The load lasts as long as the change, and at least until so many requests were made. */
export async function measureChange(stack: TestStack, change: Change, requests: number): Promise<Outcome> {
  await bringUp(stack, change.before);
  await follow(stack, change.preparation);
  const ours = await underLoad(stack, requests, `${change.name}, with pulumi-lvs`, () =>
    makeOurWay(stack, change),
  );
  await bringUp(stack, change.before);
  await follow(stack, change.naive.preparation);
  const naive = await underLoad(stack, requests, `${change.name}, by hand`, () =>
    follow(stack, change.naive.steps),
  );
  await follow(stack, change.naive.cleaning);
  await converge(stack);
  return { name: change.name, ours, naive };
}

async function underLoad(
  stack: TestStack,
  requests: number,
  title: string,
  change: () => Promise<void>,
): Promise<LoadReport> {
  const result = await reportLongWork(title, async () => {
    const load = await startLoad(stack.container("client"), { ...plan, longestSeconds });
    const enough = sleep((requests / requestsPerSecond) * 1000);
    await sleep(aroundSeconds * 1000);
    await withinSeconds(longestSeconds - 2 * aroundSeconds, title, change());
    await sleep(aroundSeconds * 1000);
    await enough;
    return load.stop();
  });
  report(`  ${inWords(result)}`);
  return result;
}

/** A host that hangs would hang the benchmark. */
async function withinSeconds(seconds: number, title: string, change: Promise<void>): Promise<void> {
  const over = new AbortController();
  const late = sleep(seconds * 1000, undefined, { signal: over.signal }).then(() => {
    throw new SetupError(`${title}: not done after ${seconds} s`);
  });
  try {
    await Promise.race([change, late]);
  } finally {
    over.abort();
  }
}

function inWords({ requests, lost, longestGapMs, losses: [first] }: LoadReport): string {
  const example = first ? `; the first at ${first.at}, ${first.kind}: ${first.error}` : "";
  return `${lost} of ${requests} requests lost, longest gap ${longestGapMs} ms${example}`;
}

async function makeOurWay(stack: TestStack, { ours }: Change): Promise<void> {
  if ("steps" in ours) return follow(stack, ours.steps);
  for (const settings of ours.ups) {
    stack.configure(settings);
    await stack.must("up");
  }
}

async function follow(stack: TestStack, steps: readonly HandStep[] = []): Promise<void> {
  for (const { host, script } of steps) await stack.onHost(host, "bash -se", script);
}

async function bringUp(stack: TestStack, settings: Settings): Promise<void> {
  stack.configure(settings);
  await stack.must("up");
  for (const { name } of await stack.hosts("realServer")) {
    await stack.onHost(name, "mkdir -p /var/www/pulumi-lvs && truncate -s 40M /var/www/pulumi-lvs/large");
  }
}

/** Puts right what was done by hand, real servers first. */
async function converge(stack: TestStack): Promise<void> {
  for (const { name, target, script } of await stack.hosts()) {
    const { exitCode, stderr } = await runOverSsh(target, { command: "bash -s -- converge", stdin: script });
    if (exitCode !== 0) throw new Error(`${name} does not converge:\n${stderr}`);
  }
}
