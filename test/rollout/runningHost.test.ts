import { expect, it } from "vitest";
import { isToChange } from "../../rollout/runningHost.ts";
import { otherPlan, runningHost } from "./hosts.ts";

const arp = { item: "sysctl net.ipv4.conf.all.arp_ignore", planned: "1", found: "0" };

it.each([
  ["is as its plan has it", {}, false],
  ["has another plan", otherPlan, true],
  ["differs from its plan", { differences: [arp] }, true],
  ["has drifted from the plan before", { drift: [arp] }, true],
  ["is not held yet", { held: undefined }, true],
])("a host is changed in this run, or not: one that %s", async (_, found, expected) => {
  expect(isToChange(await runningHost("lb1", { found }).found())).toBe(expected);
});
