/** What a large table costs a run, on a folder that stands in for a host: as many processes as a small one. */
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Item } from "../../render/hostPlan.ts";
import { Sandbox } from "./sandbox.ts";

const counted = ["perl", "grep", "mkdir", "mv", "rm", "xargs"]
  .map((program) => `${program}() { echo ${program} >>"$folder/started"; command ${program} "$@"; }`)
  .join("\n");
const broken = 'broken_read() { wanted=1 found=0; }\nbroken_set() { fail "this item breaks"; }';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox(`${counted}\n${broken}`);
});
afterEach(() => sandbox.remove());

const keys = (count: number) => Array.from({ length: count }, (_, index) => `192.0.2.100:${1000 + index}`);
const records = (count: number): Item[] =>
  keys(count).map((key) => ({ kind: "record", of: "service", id: `tcp ${key}` }));
const rules = (count: number, weight: number) =>
  keys(count).flatMap((key) => [`-A -t ${key} -s wrr`, `-a -t ${key} -r 192.0.2.21:80 -g -w ${weight}`]);

/** Programs that a step starts, and what it prints. */
function step(run: () => string): { started: string[]; said: string } {
  sandbox.write("started", "");
  const said = run();
  return { said, started: sandbox.read("started")?.split("\n") ?? [] };
}

function runs(count: number) {
  sandbox.balance(...rules(1, 5));
  const failed = step(() => sandbox.converge(...records(count), "broken any"));
  expect(failed.said.match(/put back as it was/g)).toHaveLength(count);
  expect(sandbox.read("state/before/order")).toBeUndefined();
  const first = step(() => sandbox.converge(...records(count)));
  expect(first.said).toContain("record service tcp 192.0.2.100:1000: not kept yet -> kept\n");
  expect(sandbox.read("state/before/order")?.trimEnd().split("\n")).toEqual(
    keys(count).map((key) => `service tcp ${key}`),
  );
  sandbox.balance(...rules(count, 1));
  const removed = step(() => sandbox.bash("remove"));
  expect(removed.said.match(/given back/g)).toHaveLength(count);
  expect(sandbox.read("table")?.trimEnd().split("\n")).toEqual(rules(1, 5));
  return [failed, first, removed].map(({ started }) => started);
}

it("is kept, put back after a failure and given back by as many processes as a small one", () => {
  const small = runs(2);
  sandbox.remove();
  sandbox = new Sandbox(`${counted}\n${broken}`);
  expect(runs(40)).toEqual(small);
});
