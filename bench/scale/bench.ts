/** `npm run bench:scale`: measures what tools cost by themselves, with hosts that are simulated and answer at once. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { reportLongWork, SetupError } from "../../setup/rung.ts";
import { workOn } from "../cluster.ts";
import { interrupted, runBenchmark } from "../commandLine.ts";
import { type Engine, openEngine } from "../engine.ts";
import { measure } from "../measure.ts";
import { provideSsh, writeSshFiles } from "../openSsh.ts";
import { providePython } from "../python.ts";
import { bareCommands } from "../tools/bareCommands.ts";
import { pulumiLvs } from "../tools/pulumiLvs.ts";
import { pyinfra } from "../tools/pyinfra.ts";
import { rawSsh } from "../tools/rawSsh.ts";
import { measureTable } from "./largeTable.ts";
import { counts, milliseconds } from "./options.ts";
import { type Row, scaleAims } from "./rows.ts";
import { startSimulation } from "./simulation.ts";
import { showRows } from "./table.ts";

interface Options {
  readonly hosts?: readonly number[];
  readonly services: readonly number[];
  readonly latencyMs: number;
  readonly json: boolean;
}

const everySize = [10, 50, 100, 300, 1000];

const options = new Command("npm run bench:scale --")
  .description("Measure what tools cost by themselves, with simulated hosts that answer at once.")
  .option("--hosts <counts>", "numbers of real servers (default: 10,50,100,300,1000)", counts)
  .option("--services <counts>", "instead: numbers of services, each of three real servers", counts, [])
  .option("--latency-ms <time>", "what converging takes a host", milliseconds, 0)
  .option("--json", "print JSON for machines", false)
  .parse()
  .opts<Options>();
await runBenchmark(() => bench(options));

async function bench({ services, hosts, latencyMs, json }: Options): Promise<void> {
  await provideSsh();
  const directory = await mkdtemp(join(tmpdir(), "pulumi-lvs-bench-"));
  try {
    const engine = await openEngine(directory);
    const rows: Row[] = [];
    for (const count of hosts ?? (services.length > 0 ? [] : everySize)) {
      rows.push(...(await measureHosts(engine, count, latencyMs)));
    }
    for (const count of services) rows.push(...(await measureTable(engine, count, latencyMs)));
    console.log(json ? JSON.stringify({ rows }, null, 2) : showRows(rows, scaleAims(rows, latencyMs)));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Every tool with this many real servers, on hosts that are new to it. */
async function measureHosts(engine: Engine, count: number, latencyMs: number): Promise<Row[]> {
  const { directory } = engine;
  const python = await providePython();
  const simulation = await startSimulation(count, latencyMs);
  try {
    const ssh = await writeSshFiles(directory, simulation);
    const work = workOn(simulation.hosts, { keyFile: ssh.keyFile, withDirector: true, weight: 1 });
    const tools = [
      await pulumiLvs(engine),
      await bareCommands(engine, ssh.keyFile),
      pyinfra(directory, python, ssh),
      rawSsh(directory, ssh),
    ];
    const rows: Row[] = [];
    for (const tool of tools) {
      simulation.reset(work.plans);
      for (const scenario of ["first run", "nothing to do"] as const) {
        const command = await tool.converge(work);
        const { seconds, peakMemoryMebibytes: peakMiB } = await reportLongWork(
          `${count} hosts, ${scenario}: ${tool.name}`,
          () => measure(command, interrupted),
        );
        const left = simulation.unconverged();
        if (left.length > 0) throw new SetupError(`${tool.name} has not converged ${left.join(", ")}`);
        const stateBytes = (await tool.stateBytes?.()) ?? 0;
        rows.push({ hosts: count, services: 1, tool: tool.name, scenario, seconds, stateBytes, peakMiB });
      }
    }
    return rows;
  } finally {
    await simulation.close();
  }
}
