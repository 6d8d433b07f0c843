/** `npm run bench:kill`: cuts converge at every step on both roles under load, heals by `up`, and counts what was lost. */
import { Command } from "commander";
import type { LoadReport } from "../../load/account.ts";
import { startLoad } from "../../load/load.ts";
import { provideLabMachine } from "../../setup/labMachine.ts";
import { runOverSsh } from "../../ssh/client.ts";
import { TestStack } from "../../test/cluster/stack.ts";
import { cutAt, cutOf, listingSteps, type Step, stepsOf, type Way } from "./cutScript.ts";
import { director, drift, realServers, type Settings, scriptsOf, statesOf } from "./states.ts";

type Role = "director" | "realServer";

interface Options {
  readonly way: Way;
  readonly every: boolean;
  readonly most: string;
  readonly json: boolean;
}

/** One cut and what came of it. */
interface Kill {
  readonly role: Role;
  readonly step: string;
  /** Whether the run got as far as the step: what it waits for may have come by itself. */
  readonly cut: boolean;
  /** Whether `up` then ended well, and the host is as planned. */
  readonly healed: boolean;
  readonly requests: number;
  readonly lost: number;
  readonly losses: LoadReport["losses"];
}

const network = "198.18.94";
const states = statesOf(network);
const stack = new TestStack("test-bench-kill");
const content =
  "mkdir -p /srv/www && echo other >/srv/www/index.html && truncate -s 40M /srv/www/large /var/www/pulumi-lvs/large";

const options = new Command("npm run bench:kill --")
  .description(
    "Cut converge at every step, on both roles and both ways between two states, and heal by `up`.",
  )
  .option("--way <way>", "kill, connection or reboot (a host that is down serves nothing: no load)", "kill")
  .option("--every", "also steps at which the host is what it was at the step before", false)
  .option("--most <count>", "cuts of each role and direction; the others are left out", "1000")
  .option("--json", "print JSON for machines", false)
  .parse()
  .opts<Options>();

await provideLabMachine();
try {
  await stack.begin(states.first);
  await stack.must("up");
  for (const name of realServers) await stack.onHost(name, content);
  const results = [await series("realServer"), await series("director")];
  show(results.flat());
} finally {
  await stack.dispose();
}

/** Cuts the role's hosts on the way to the second state and on the way back, in turn, until every step had its cut. */
async function series(role: Role): Promise<Kill[]> {
  const host = role === "director" ? director : "web1";
  const there = await stepsTo(states.second, role, host);
  const back = await stepsTo(states.first, role, host);
  const kills: Kill[] = [];
  for (let index = 0; index < Math.max(there.length, back.length); index++) {
    kills.push(...(await cutOnTheWay(states.second, role, host, there[index])));
    kills.push(...(await cutOnTheWay(states.first, role, host, back[index])));
  }
  return kills;
}

async function stepsTo(settings: Settings, role: Role, host: string): Promise<Step[]> {
  await othersFirst(settings, role);
  await stack.onHost(host, `bash -s ${role}`, drift);
  const listed = await stack.onHost(
    host,
    "bash -s -- converge",
    listingSteps(scriptOf(settings, host), true),
  );
  await bringTo(settings);
  return stepsOf(listed)
    .filter(({ changed }) => options.every || changed)
    .slice(0, Number(options.most));
}

async function cutOnTheWay(settings: Settings, role: Role, host: string, step?: Step): Promise<Kill[]> {
  if (step === undefined) {
    await bringTo(settings);
    return [];
  }
  await othersFirst(settings, role);
  if (options.way !== "reboot") await stack.onHost(host, `bash -s ${role}`, drift);
  const load =
    options.way === "reboot" ? undefined : await startLoad(stack.container("client"), mixture(role));
  const cut = await cutRun(host, cutAt(scriptOf(settings, host), step.name, options.way));
  const healed = await bringTo(settings).then(
    async () => (await stack.onHost(host, "bash -s -- inspect", scriptOf(settings, host))) === "",
    () => false,
  );
  const { requests, lost, losses } = (await load?.stop()) ?? { requests: 0, lost: 0, losses: [] };
  const kill = { role, step: step.name, cut, healed, requests, lost, losses };
  if (!options.json) console.log(line(kill));
  return [kill];
}

/** As `up` does: real servers before the director where something comes, after it where something goes. */
async function othersFirst(settings: Settings, role: Role): Promise<void> {
  const [before, when] = role === "director" ? [realServers, states.second] : [[director], states.first];
  if (settings !== when) return;
  for (const name of before) await stack.onHost(name, "bash -s -- converge", scriptOf(settings, name));
}

async function cutRun(host: string, stdin: string): Promise<boolean> {
  const { target } = await stack.host(host);
  let stdout = "";
  const heard = (text: string) => {
    stdout += text;
  };
  await runOverSsh(target, { command: "bash -s -- converge", stdin, onStdout: heard }).catch(() => undefined);
  return cutOf(stdout) !== undefined;
}

async function bringTo(settings: Settings): Promise<void> {
  stack.configure(settings);
  await stack.must("up");
}

function scriptOf(settings: Settings, host: string): string {
  const script = scriptsOf(settings)[host];
  if (script === undefined) throw new Error(`the settings have no host ${host}`);
  return script;
}

/** Apache closes idle connections when it reloads: a kept-alive one may end on a real server, and on no director. */
function mixture(role: Role) {
  const url = `http://${network}.100/`;
  const keepAliveConnections = role === "director" ? 6 : 0;
  return {
    url,
    downloadUrl: `${url}large`,
    newConnectionsPerSecond: 200,
    keepAliveConnections,
    downloads: 2,
  };
}

function line({ role, step, cut, healed, requests, lost }: Kill): string {
  const state = `${cut ? "cut" : "not reached"}, ${healed ? "healed" : "NOT HEALED"}`;
  return `${role}  ${step}\n    ${state}; ${lost} of ${requests} requests lost`;
}

function show(kills: readonly Kill[]): void {
  const sum = (count: (kill: Kill) => number) => kills.reduce((total, kill) => total + count(kill), 0);
  const total = {
    steps: kills.length,
    kills: sum(({ cut }) => Number(cut)),
    healed: sum(({ healed }) => Number(healed)),
    requests: sum(({ requests }) => requests),
    lost: sum(({ lost }) => lost),
  };
  console.log(
    options.json
      ? JSON.stringify({ ...total, runs: kills }, null, 2)
      : Object.entries(total)
          .map(([name, count]) => `${name} ${count}`)
          .join("  "),
  );
}
