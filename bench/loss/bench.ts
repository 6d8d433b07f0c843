/** `npm run bench:loss`: makes every kind of change under load and counts the requests that it loses, beside doing it by hand. */
import { Command } from "commander";
import { provideLabMachine } from "../../setup/labMachine.ts";
import { SetupError } from "../../setup/rung.ts";
import { provideVegeta } from "../../setup/vegeta.ts";
import { TestStack } from "../../test/cluster/stack.ts";
import { interrupted, runBenchmark, wholeNumber } from "../commandLine.ts";
import { type Change, changes } from "./changes.ts";
import { measureChange, type Outcome } from "./measure.ts";
import { type EngineOutcome, measureSchedulers } from "./schedulers.ts";
import {
  outcomesAsJson,
  outcomesAsMarkdown,
  schedulersAsMarkdown,
  showOutcomes,
  showSchedulers,
} from "./table.ts";

/** Name of what is measured beside the changes. */
const everyScheduler = "every scheduler";

interface Options {
  readonly requests: number;
  readonly only: string;
  readonly json: boolean;
  readonly markdown: boolean;
}

const options = new Command("npm run bench:loss --")
  .description("Make every kind of change under load and count the requests that it loses.")
  .option(
    "--requests <count>",
    "requests to make in all while changes are made our way",
    wholeNumber(1),
    100_000,
  )
  .option("--only <words>", "leave out changes whose name does not contain this", "")
  .option("--json", "print JSON for machines", false)
  .option("--markdown", "print a table for a Markdown page", false)
  .parse()
  .opts<Options>();
await runBenchmark(() => bench(options));

async function bench({ requests, only, json, markdown }: Options): Promise<void> {
  const wanted = changes.filter(({ name }) => name.includes(only));
  const withSchedulers = everyScheduler.includes(only);
  if (wanted.length === 0 && !withSchedulers) {
    const names = [...changes.map(({ name }) => name), everyScheduler];
    throw new SetupError(`--only ${only}: ${names.join(", ")}`);
  }
  await provideLabMachine();
  await provideVegeta();
  const stack = new TestStack("test-loss");
  const outcomes =
    wanted.length > 0 ? await measureAll(stack, wanted, Math.ceil(requests / wanted.length)) : [];
  const schedulers = withSchedulers ? await measureEveryScheduler(stack) : [];
  if (json) console.log(JSON.stringify(outcomesAsJson(outcomes, schedulers), null, 2));
  else {
    const [ofChanges, ofSchedulers] = markdown
      ? [outcomesAsMarkdown, schedulersAsMarkdown]
      : [showOutcomes, showSchedulers];
    const tables = [
      ...(outcomes.length > 0 ? [ofChanges(outcomes)] : []),
      ...(schedulers.length > 0 ? [ofSchedulers(schedulers)] : []),
    ];
    console.log(tables.join("\n\n"));
  }
}

async function measureEveryScheduler(stack: TestStack): Promise<EngineOutcome[]> {
  try {
    await stack.begin({});
    return await measureSchedulers(stack);
  } finally {
    await stack.dispose();
  }
}

async function measureAll(stack: TestStack, wanted: readonly Change[], requests: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  try {
    await stack.begin({});
    for (const change of wanted) {
      interrupted.throwIfAborted();
      outcomes.push(await measureChange(stack, change, requests));
    }
  } finally {
    await stack.dispose();
  }
  return outcomes;
}
