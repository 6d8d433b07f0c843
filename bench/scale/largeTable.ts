/** Many services of three real servers each, by a program of one's own. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { reportLongWork, SetupError } from "../../setup/rung.ts";
import { type Work, workOn } from "../cluster.ts";
import { interrupted } from "../commandLine.ts";
import { type Engine, type FreshStack, stackOf } from "../engine.ts";
import { measure } from "../measure.ts";
import { writeSshFiles } from "../openSsh.ts";
import { tools } from "../results.ts";
import type { Row, ScaleScenario } from "./rows.ts";
import { startSimulation } from "./simulation.ts";

const realServersOfTable = 3;

/** The scenarios one after the other, on hosts that are new. */
export async function measureTable(engine: Engine, services: number, latencyMs: number): Promise<Row[]> {
  const simulation = await startSimulation(realServersOfTable, latencyMs);
  try {
    const { keyFile } = await writeSshFiles(engine.directory, simulation);
    const work = (weight: number) =>
      workOn(simulation.hosts, { keyFile, withDirector: true, weight, services });
    const stack = await stackOf(engine, "bench/peers/ownProgram.ts");
    const rows: Row[] = [];
    const run = async (scenario: ScaleScenario, verb: "preview" | "up", wanted: Work) => {
      const command = await commandFor(engine, stack[verb], wanted);
      const { seconds, peakMemoryMebibytes: peakMiB } = await reportLongWork(
        `${services} services, ${scenario}`,
        () => measure(command, interrupted),
      );
      const left = verb === "up" ? simulation.unconverged() : [];
      if (left.length > 0) throw new SetupError(`${scenario}: ${left.join(", ")} not converged`);
      const stateBytes = await stack.stateBytes();
      const row = { hosts: realServersOfTable, services, tool: tools.ours };
      rows.push({ ...row, scenario, seconds, stateBytes, peakMiB });
    };
    simulation.reset(work(1).plans);
    await run("preview", "preview", work(1));
    await run("first run", "up", work(1));
    await run("nothing to do", "up", work(1));
    simulation.plan(work(2).plans);
    await run("one weight changed", "up", work(2));
    return rows;
  } finally {
    await simulation.close();
  }
}

async function commandFor(engine: Engine, verb: FreshStack["preview"], { settings }: Work) {
  const file = join(engine.directory, "cluster-args.json");
  await writeFile(file, JSON.stringify(settings));
  const command = await verb({});
  return { ...command, env: { ...command.env, CLUSTER_ARGS: file } };
}
