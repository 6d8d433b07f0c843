/** `npm run bench:failover`: has a director fail in every way under load, and measures what clients have of it. */
import { Command } from "commander";
import pc from "picocolors";
import { provideLabMachine } from "../../setup/labMachine.ts";
import { report, reportLongWork, SetupError } from "../../setup/rung.ts";
import { provideVegeta } from "../../setup/vegeta.ts";
import { TestStack } from "../../test/cluster/stack.ts";
import { devLab, type Settings } from "../../test/fixtures.ts";
import { interrupted, runBenchmark, wholeNumber } from "../commandLine.ts";
import { cases, type FailoverCase } from "./cases.ts";
import { type CaseResult, figuresOf, type Repeat } from "./figures.ts";
import { downloadBytes, type Measured, measureFailover, type Place } from "./measure.ts";
import { resultsAsJson, resultsAsMarkdown, showResults } from "./table.ts";

interface Options {
  readonly repeats: number;
  readonly defaultRepeats: number;
  readonly only: string;
  readonly json: boolean;
  readonly markdown: boolean;
}

/** What of a stack is measured with. */
interface Manner {
  readonly words: string;
  readonly settings: Settings;
  readonly repeats: number;
  /** A takeover by VRRP and some seconds of service. */
  readonly outageSeconds: number;
}

const network = "198.18.63";
const vip = `${network}.100`;

const options = new Command("npm run bench:failover --")
  .description("Have a director fail in every way under load, and measure what clients have of it.")
  .option("--repeats <count>", "of each case, with the settings that are shipped", wholeNumber(0), 10)
  .option("--default-repeats <count>", "of each case, with keepalived's default interval", wholeNumber(0), 3)
  .option("--only <words>", "leave out cases whose name does not contain this", "")
  .option("--json", "print JSON for machines", false)
  .option("--markdown", "print a table for a Markdown page", false)
  .addHelpText("after", "\nA repeat takes 20 to 30 s: all of it some 45 minutes.")
  .parse()
  .opts<Options>();
await runBenchmark(() => bench(options));

async function bench({ only, json, markdown, ...repeats }: Options): Promise<void> {
  const wanted = cases.filter(({ name }) => name.includes(only));
  if (wanted.length === 0) {
    throw new SetupError(`--only ${only}: ${cases.map(({ name }) => name).join(", ")}`);
  }
  await provideLabMachine();
  await provideVegeta();
  const failures: string[] = [];
  const results = await measureAll(wanted, mannersOf(repeats), failures);
  if (json) console.log(JSON.stringify(resultsAsJson(results), null, 2));
  else console.log(markdown ? resultsAsMarkdown(results) : showResults(results));
  if (failures.length > 0) throw new SetupError(`not as it should be:\n${failures.join("\n")}`);
}

function mannersOf({ repeats, defaultRepeats }: Pick<Options, "repeats" | "defaultRepeats">) {
  const settings = (changes: Settings) => devLab(network, changes);
  const ours = { words: "as shipped", settings: settings({}), repeats, outageSeconds: 3 };
  const byDefault = {
    words: "advert 1 s",
    settings: settings({ "vrrp.advertIntervalCentiseconds": 100 }),
    repeats: defaultRepeats,
    outageSeconds: 7,
  };
  return { ours, byDefault } satisfies Record<string, Manner>;
}

async function measureAll(
  wanted: readonly FailoverCase[],
  { ours, byDefault }: ReturnType<typeof mannersOf>,
  failures: string[],
): Promise<CaseResult[]> {
  const stack = new TestStack("test-failover");
  try {
    await stack.begin({});
    const measured = await measureEach(stack, wanted, ours, failures);
    const compared = await measureEach(stack, wanted, byDefault, failures);
    return wanted.map(({ name }) => ({
      name,
      ours: figuresOf(measured.get(name) ?? []),
      byDefault: figuresOf(compared.get(name) ?? []),
    }));
  } finally {
    await stack.dispose();
  }
}

/** What goes wrong is told at the end; where the cluster does not mend itself, `up` mends it for the next repeat. */
async function measureEach(
  stack: TestStack,
  wanted: readonly FailoverCase[],
  { words, settings, repeats, outageSeconds }: Manner,
  failures: string[],
): Promise<Map<string, Repeat[]>> {
  const place = { stack, vip, outageSeconds };
  const measured = new Map<string, Repeat[]>();
  if (repeats === 0) return measured;
  await bringUp(stack, settings);
  for (const failover of wanted) {
    const done: Repeat[] = [];
    measured.set(failover.name, done);
    for (let number = 1; number <= repeats; number++) {
      interrupted.throwIfAborted();
      const title = `${failover.name}, ${words}, ${number} of ${repeats}`;
      try {
        const { repeat, wrong } = await measureOne(place, failover, title);
        done.push(repeat);
        failures.push(...wrong.map((what) => `${title}: ${what}`));
      } catch (error) {
        if (!(error instanceof SetupError)) throw error;
        report(`  ${pc.red(error.message)}`);
        failures.push(`${title}: ${error.message}`);
        await bringUp(stack, settings);
      }
    }
  }
  return measured;
}

async function measureOne(place: Place, failover: FailoverCase, title: string): Promise<Measured> {
  const measured = await reportLongWork(title, () => measureFailover(place, failover));
  report(`  ${measured.words}`);
  for (const what of measured.wrong) report(`  ${pc.red(what)}`);
  return measured;
}

async function bringUp(stack: TestStack, settings: Settings): Promise<void> {
  stack.configure(settings);
  await stack.must("up");
  for (const { name } of await stack.hosts("realServer")) {
    await stack.onHost(name, `truncate -s ${downloadBytes} /var/www/pulumi-lvs/large`);
  }
}
