/** `npm run bench`: measures `pulumi up` beside raw SSH, pyinfra and Ansible doing the same work on the same hosts. */
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, release, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { provideLabMachine } from "../setup/labMachine.ts";
import { workOn } from "./cluster.ts";
import { interrupted, runBenchmark, wholeNumber } from "./commandLine.ts";
import { openEngine } from "./engine.ts";
import { removeHosts, startHosts } from "./hosts.ts";
import { provideInotify } from "./inotify.ts";
import { provideSsh, writeSshFiles } from "./openSsh.ts";
import { providePython } from "./python.ts";
import { readStartStates } from "./reset.ts";
import { aims, Results, type Scenario } from "./results.ts";
import { measureCluster, measureRealServers, scenarioNames } from "./scenarios.ts";
import { showResults } from "./table.ts";
import { ansible } from "./tools/ansible.ts";
import { emptyUp } from "./tools/emptyUp.ts";
import { pulumiLvs } from "./tools/pulumiLvs.ts";
import { pyinfra } from "./tools/pyinfra.ts";
import { rawSsh } from "./tools/rawSsh.ts";

interface Options {
  readonly hosts: number;
  readonly repeats: number;
  readonly clusterOnly: boolean;
  readonly json: boolean;
}

const options = new Command("npm run bench --")
  .description("Measure `pulumi up` beside raw SSH, pyinfra and Ansible doing the same work.")
  .option("--hosts <count>", "real servers", wholeNumber(1), 50)
  .option("--repeats <count>", "runs of each tool, of which the median counts", wholeNumber(1), 3)
  .option("--cluster-only", "leave out the real servers by themselves", false)
  .option("--json", "print JSON for machines", false)
  .parse()
  .opts<Options>();
await runBenchmark(() => bench(options));

async function bench({ hosts: count, repeats, clusterOnly, json }: Options): Promise<void> {
  await provideLabMachine();
  await provideSsh();
  const python = await providePython();
  const restoreLimit = await provideInotify(count);
  const directory = await mkdtemp(join(tmpdir(), "pulumi-lvs-bench-"));
  try {
    const engine = await openEngine(directory);
    await removeHosts();
    const started = await startHosts(engine, count);
    const ssh = await writeSshFiles(directory, started);
    const { hosts } = started;
    const tools = [
      await pulumiLvs(engine),
      await emptyUp(engine),
      rawSsh(directory, ssh),
      pyinfra(directory, python, ssh),
      ansible(directory, python, ssh),
    ];
    const { plans } = workOn(hosts, { keyFile: ssh.keyFile, withDirector: true, weight: 1 });
    const start = await readStartStates(ssh, plans);
    const results = new Results();
    const run = { tools, hosts, ssh, start, repeats, results, signal: interrupted };
    await measureCluster(run);
    if (!clusterOnly) await measureRealServers(run);
    print(results.scenarios(), scenarioNames(hosts).many, json);
  } finally {
    await removeHosts();
    await restoreLimit();
    await rm(directory, { recursive: true, force: true });
  }
}

function print(scenarios: Scenario[], many: { first: string; nothing: string }, json: boolean): void {
  const find = (wanted: string): Scenario =>
    scenarios.find(({ name }) => name === wanted) ?? { name: wanted, results: [] };
  const goals = aims(find(many.first), find(many.nothing));
  const machine = {
    cores: availableParallelism(),
    memoryGibibytes: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
  };
  console.log(
    json ? JSON.stringify({ machine, scenarios, aims: goals }, null, 2) : showResults(scenarios, goals),
  );
}
