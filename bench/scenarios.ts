/** What every tool is asked to do, in turn and from the same start: first converge, nothing to do, one weight changed. */
import { report } from "../setup/rung.ts";
import { type Work, workOn } from "./cluster.ts";
import type { BenchHost } from "./hosts.ts";
import { measure } from "./measure.ts";
import type { OpenSsh } from "./openSsh.ts";
import { reset, type StartStates } from "./reset.ts";
import type { Results, Run } from "./results.ts";
import type { Tool } from "./tools/tool.ts";
import { measureChange } from "./weightChange.ts";

export interface Bench {
  readonly tools: readonly Tool[];
  readonly hosts: readonly BenchHost[];
  readonly ssh: OpenSsh;
  readonly start: StartStates;
  readonly repeats: number;
  readonly results: Results;
  /** Aborted on Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Weights of the first real server, before and after. */
const weights = { old: 1, new: 3 };

export function scenarioNames(hosts: readonly BenchHost[]) {
  const realServers = hosts.filter(({ role }) => role === "realServer").length;
  const [many, cluster] = [`${realServers} real servers`, "director and 2 real servers"];
  return {
    many: { first: `First converge, ${many}`, nothing: `Nothing to do, ${many}` },
    cluster: {
      first: `First converge, ${cluster}`,
      nothing: `Nothing to do, ${cluster}`,
      weight: `One weight changed, ${cluster}`,
    },
  };
}

/** All real servers at once, without the director. */
export async function measureRealServers(bench: Bench): Promise<void> {
  const { hosts, ssh, signal } = bench;
  const names = scenarioNames(hosts).many;
  const work = workOn(hosts, { keyFile: ssh.keyFile, withDirector: false, weight: weights.old });
  await eachInTurn(bench, work, async (tool, add) => {
    add(names.first, await measure(await tool.converge(work), signal));
    add(names.nothing, await measure(await tool.converge(work), signal));
  });
}

/** The director and two real servers. */
export async function measureCluster(bench: Bench): Promise<void> {
  const { ssh, signal } = bench;
  const names = scenarioNames(bench.hosts).cluster;
  const [director, watched, other] = bench.hosts;
  if (!director || !watched || !other) throw new Error("a cluster needs a director and two real servers");
  const options = { keyFile: ssh.keyFile, withDirector: true };
  const old = workOn([director, watched, other], { ...options, weight: weights.old });
  const changed = workOn([director, watched, other], { ...options, weight: weights.new });
  const seen = { director: director.name, realServer: `${watched.address}:80`, weight: weights.new };
  await eachInTurn(bench, old, async (tool, add) => {
    add(names.first, await measure(await tool.converge(old), signal));
    add(names.nothing, await measure(await tool.converge(old), signal));
    if (!tool.changeWeight) return;
    add(names.weight, await measureChange(await tool.changeWeight(changed), ssh, seen, signal));
  });
}

/** Every tool from the start state, as often as asked for; each round begins with another one. */
async function eachInTurn(
  { tools, repeats, ssh, start, results }: Bench,
  work: Work,
  measureOne: (tool: Tool, add: (scenario: string, run: Run) => void) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < repeats; round++) {
    const first = round % tools.length;
    for (const tool of [...tools.slice(first), ...tools.slice(0, first)]) {
      await reset(ssh, work.plans, start);
      await tool.forget();
      await measureOne(tool, (scenario, run) => {
        results.add(scenario, tool.name, run);
        report(`${scenario}, round ${round + 1} of ${repeats}: ${tool.name} ${run.seconds.toFixed(2)} s`);
      });
    }
  }
  await reset(ssh, work.plans, start);
}
