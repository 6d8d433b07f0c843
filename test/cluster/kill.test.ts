/** A converge that is killed at each of its steps under load: nothing is lost, and the next one finishes the work. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cutAtNext, cutOf } from "../../bench/kill/cutScript.ts";
import { drift, realServers, scriptsOf, statesOf } from "../../bench/kill/states.ts";
import { startLoad } from "../../load/load.ts";
import { TestStack } from "./stack.ts";
import { lightLoad } from "./underLoad.ts";

const network = "198.18.94";
const url = `http://${network}.100/`;
const stack = new TestStack("test-kill");
const states = statesOf(network);
const scripts = { first: scriptsOf(states.first), second: scriptsOf(states.second) };

/** Every moment around whatever changes a host: what it was is kept, it is set, or put back. */
const everyChange = "_(set|save|restore|undo) |^(before|after) (save|restore|forget|mark_reload) ";
/** Where a process is dear: once each change is made, of the kernel's table too. What lies between is left to `npm run bench:kill`. */
const afterEveryChange = "^after ([a-z]+_(set|undo|restore)|write_table|mark_reload|forget) ";

/** Pages of the second state's document root, and what takes seconds to fetch. */
const content =
  "mkdir -p /srv/www && echo other >/srv/www/index.html && truncate -s 40M /srv/www/large /var/www/pulumi-lvs/large";
/** Apache closes idle connections when it reloads: a kept-alive one may end on a real server, and on no director. */
const mixtures = {
  realServer: { ...lightLoad, newConnectionsPerSecond: 80, keepAliveConnections: 0 },
  director: { ...lightLoad, keepAliveConnections: 2 },
} as const;

beforeAll(async () => {
  await stack.begin(states.first);
  await stack.must("up");
  await Promise.all(realServers.map((name) => stack.onHost(name, content)));
});
afterAll(() => stack.dispose());

/** Expects that no request is lost while `work` runs. */
async function underLoad(role: keyof typeof mixtures, work: () => Promise<void>): Promise<void> {
  const load = await startLoad(stack.container("client"), {
    url,
    downloadUrl: `${url}large`,
    ...mixtures[role],
  });
  await work();
  const report = await load.stop();
  expect(report).toMatchObject({ lost: 0, losses: [] });
  expect(report.requests).toBeGreaterThan(500);
}

/** Sends a host's script until it comes to its end; each run is killed at its first step at which none was before. */
async function killedInTurn(
  name: string,
  script = "",
  pattern = everyChange,
  action = "converge",
): Promise<string[]> {
  const session = await stack.session(name);
  const passed: string[] = [];
  for (;;) {
    const stdin = cutAtNext(script, pattern, passed);
    const run = await session.run({ command: `bash -s -- ${action}`, stdin });
    const step = cutOf(run.stdout);
    if (step === undefined) {
      expect(run).toMatchObject({ exitCode: 0 });
      return passed;
    }
    expect(run).toMatchObject({ signal: "SIGKILL" });
    passed.push(step);
  }
}

async function differences(name: string, script = ""): Promise<string> {
  return stack.onHost(name, "bash -s -- inspect", script);
}

describe("a run that is killed at every step", () => {
  it("is completed by the next ones on a real server", async () => {
    const script = scripts.second.web1;
    await underLoad("realServer", async () => {
      await stack.onHost("web1", "bash -s realServer", drift);
      expect((await killedInTurn("web1", script)).length).toBeGreaterThan(50);
    });
    expect(await differences("web1", script)).toBe("");
  });

  it("is completed by the next ones on a director", async () => {
    const script = scripts.second.lb1;
    await stack.onHost("web2", "bash -s converge", scripts.second.web2);
    await underLoad("director", async () => {
      await stack.onHost("lb1", "bash -s director", drift);
      expect((await killedInTurn("lb1", script, afterEveryChange)).length).toBeGreaterThan(10);
    });
    expect(await differences("lb1", script)).toBe("");
    // A director is a guest, whose processes start slowly; each of its steps is reached by a run from the first one.
  }, 540_000);

  it("leaves nothing to do for up", async () => {
    stack.configure(states.second);
    const { shown } = await stack.must("up");
    expect(shown).not.toMatch(/(lb1|web\d): \w+ .* -> /);
    expect(shown.match(/as planned/g)).toHaveLength(3);
  });

  it("gives back on a real server what is no longer planned", async () => {
    const script = scripts.first.web1;
    await underLoad("realServer", async () => {
      await stack.onHost("web1", "bash -s -- converge", script);
      const steps = await killedInTurn("web1", script, everyChange, "release");
      expect(steps.filter((step) => step.includes("_restore"))).not.toEqual([]);
    });
    expect(await differences("web1", script)).toBe("");
  });
});
