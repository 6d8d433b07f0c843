/** Schedulers over TCP and UDP: none of many clients is refused while a real server leaves, comes back, or is changed. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { entry } from "../../model/cluster.ts";
import { withChanges } from "../fixtures.ts";
import { ManySchedulers, type Measured } from "./manySchedulers.ts";
import { TestStack } from "./stack.ts";

// Those that hash clients, and one that does not; `npm run bench:loss` has all of them over both protocols.
const lab = new ManySchedulers("198.18.58", { tcp: ["sh", "mh", "dh"], udp: ["wrr"] });
const stack = new TestStack("test-schedulers");
const { settings } = lab;

beforeAll(async () => {
  await stack.begin(settings);
  await stack.must("up");
  await lab.startAnswering(stack);
});
afterAll(() => stack.dispose());

function expectNoLoss({ outcomes, reports }: Measured): void {
  expect([...reports.tcp.losses, ...reports.udp.losses]).toEqual([]);
  expect(outcomes.filter(({ lost }) => lost > 0)).toEqual([]);
  // Each of 40 clients, several times.
  expect(outcomes.filter(({ asked }) => asked < 160)).toEqual([]);
}

describe("no client is refused", () => {
  it("while a real server of each service drains and leaves; afterwards it gets nothing", async () => {
    const measured = await lab.measureUp(stack, lab.withoutSecond);
    expect(measured.shown).toMatch(/22:800\d of tcp \S+: drained/);
    expect(measured.shown).toMatch(/32:70\d\d of udp \S+: drained of all but \d+ clients/);
    expectNoLoss(measured);
    const [before, after] = measured.reports.udp.answers.slice(-6, -4);
    expect(after).toMatchObject({ ns2: entry(before ?? {}, "ns2") });
    expect(entry(after ?? {}, "ns1")).toBeGreaterThan(entry(before ?? {}, "ns1"));
    expect(await stack.onHost("lb1", "ipvsadm -Sn")).not.toMatch(/\.[23]2:[78]0\d\d/);
  });

  it("while it comes back", async () => {
    expectNoLoss(await lab.measureUp(stack, settings));
  });

  it("while the web servers are restarted", async () => {
    const restarted = withChanges(settings, {
      "realServers.web1.apache.revision": "restarted",
      "realServers.web2.apache.revision": "restarted",
    });
    expectNoLoss(await lab.measureUp(stack, restarted));
    const rules = await stack.onHost("lb1", "ipvsadm -Sn");
    expect(rules).toMatch(/-A -t \S+ -s dh\n/);
    expect(rules).not.toMatch(/ -w 0\b/);
  });
});
