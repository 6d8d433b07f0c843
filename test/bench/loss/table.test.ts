import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import type { Outcome } from "../../../bench/loss/measure.ts";
import {
  outcomesAsJson,
  outcomesAsMarkdown,
  schedulersAsMarkdown,
  showOutcomes,
  showSchedulers,
} from "../../../bench/loss/table.ts";
import type { LoadReport } from "../../../load/account.ts";

function loadReport(requests: number, lost: number, longestGapMs: number): LoadReport {
  return {
    requests,
    lost,
    longestGapMs,
    byKind: {
      newConnections: { requests, lost },
      keepAlive: { connections: 0, closedIdle: 0, requests: 0, lost: 0 },
      downloads: { started: 0, completed: 0, lost: 0 },
    },
    losses: [],
  };
}

const outcomes: Outcome[] = [
  { name: "change a weight", ours: loadReport(10_500, 0, 31), naive: loadReport(10_100, 1204, 4200) },
  { name: "bring up twice", ours: loadReport(11_000, 2, 40), naive: loadReport(9_900, 17, 90) },
];

describe("what changes cost", () => {
  it("is a row for each, and one for all together: sums, and the longest gap of all", () => {
    expect(stripVTControlCharacters(showOutcomes(outcomes)).split("\n")).toEqual([
      "CHANGE           REQUESTS  LOST  LONGEST GAP  BY HAND: REQUESTS   LOST  LONGEST GAP",
      "change a weight    10,500     0        31 ms             10,100  1,204     4,200 ms",
      "bring up twice     11,000     2        40 ms              9,900     17        90 ms",
      "all together       21,500     2        40 ms             20,000  1,221     4,200 ms",
    ]);
  });

  it("is a table of a Markdown page", () => {
    expect(outcomesAsMarkdown(outcomes.slice(0, 1)).split("\n")).toEqual([
      "| Change | Requests | Lost | Longest gap | By hand: requests | Lost | Longest gap |",
      "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
      "| change a weight | 10,500 | 0 | 31 ms | 10,100 | 1,204 | 4,200 ms |",
      "| all together | 10,500 | 0 | 31 ms | 10,100 | 1,204 | 4,200 ms |",
    ]);
  });

  it("is the figures alone for machines", () => {
    expect(outcomesAsJson(outcomes, []).changes[0]).toEqual({
      name: "change a weight",
      requests: 10_500,
      lost: 0,
      longestGapMs: 31,
      naive: { requests: 10_100, lost: 1204, longestGapMs: 4200 },
    });
  });
});

describe("what each scheduler costs", () => {
  const lines = [
    { scheduler: "sh", protocol: "tcp", engine: "ldirectord", asked: 4_000, repeated: 0, lost: 13 },
    { scheduler: "dh", protocol: "udp", engine: "keepalived", asked: 12_000, repeated: 8, lost: 0 },
  ] as const;

  it("is a row for each, with its protocol and health engine", () => {
    expect(stripVTControlCharacters(showSchedulers(lines)).split("\n")).toEqual([
      "SCHEDULER  PROTOCOL  HEALTH ENGINE  REQUESTS  REPEATED  LOST",
      "sh              tcp     ldirectord     4,000         0    13",
      "dh              udp     keepalived    12,000         8     0",
    ]);
    expect(schedulersAsMarkdown(lines).split("\n").slice(1, 3)).toEqual([
      "| --- | --- | --- | ---: | ---: | ---: |",
      "| sh | tcp | ldirectord | 4,000 | 0 | 13 |",
    ]);
  });
});
