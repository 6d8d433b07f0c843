import { stripVTControlCharacters } from "node:util";
import { expect, it } from "vitest";
import { tools } from "../../../bench/results.ts";
import { type Row, scaleAims } from "../../../bench/scale/rows.ts";
import { showRows } from "../../../bench/scale/table.ts";

function run(
  hosts: number,
  tool: string,
  [first, nothing]: readonly [number, number],
  more: Partial<Row> = {},
): Row[] {
  const row = { hosts, services: 1, tool, stateBytes: 0, peakMiB: 100, ...more };
  return [
    { ...row, scenario: "first run", seconds: first },
    { ...row, scenario: "nothing to do", seconds: nothing },
  ];
}

const rows = [
  ...run(50, tools.ours, [8, 3]),
  ...run(300, tools.ours, [36, 9], { stateBytes: 3_000_400, peakMiB: 599.6 }),
  ...run(300, tools.floor, [20, 4], { stateBytes: 1_000_000 }),
  ...run(300, tools.raw, [10, 10]),
  ...run(1000, tools.ours, [320, 30], { peakMiB: 1100 }),
];

it("compares with the aims what was measured", () => {
  expect(scaleAims(rows, 0).map(({ value, limit, unit, met }) => [value, limit, unit, met])).toEqual([
    [1.8, 1.5, "ratio", false],
    [9, 1.3 * 4 + 3, "seconds", false],
    [2, 1.5, "ratio", false],
    [599.6, 600, "MiB", true],
    [1100, 1024, "MiB", false],
  ]);
  expect(scaleAims(run(10, tools.ours, [1, 1]), 0)).toEqual([]);
});

it("has another aim where hosts need two seconds", () => {
  expect(scaleAims(rows, 2000).map(({ name, value, limit }) => [name, value, limit])).toEqual([
    ["first run, 300 hosts that need 2 s", 36, 30],
    ["peak memory, 300 hosts", 599.6, 600],
    ["peak memory, 1000 hosts", 1100, 1024],
  ]);
  expect(scaleAims(rows, 500).map(({ unit }) => unit)).toEqual(["MiB", "MiB"]);
});

const ofTable: Row[] = (["preview", "first run", "nothing to do", "one weight changed"] as const).map(
  (scenario, index) => ({
    ...{ hosts: 3, services: 1600, tool: tools.ours, stateBytes: 2_000_000, peakMiB: 500 },
    scenario,
    seconds: 14 + index,
  }),
);

it("keeps tables of many services apart from many hosts", () => {
  expect(scaleAims([...rows, ...ofTable], 0).slice(0, -1)).toEqual(scaleAims(rows, 0));
  expect(scaleAims(ofTable, 0).map(({ name, value, limit, met }) => [name, value, limit, met])).toEqual([
    ["nothing to do, 1600 services", 16, 15, false],
  ]);
  expect(stripVTControlCharacters(showRows(ofTable, [])).split("\n")).toEqual([
    "A director and 3 real servers",
    "SERVICES  PREVIEW S  FIRST RUN S  NOTHING TO DO S  ONE WEIGHT CHANGED S  STATE KB  MEMORY MIB",
    "1600          14.00        15.00            16.00                 17.00      2000         500",
  ]);
});

it("shows a table for each number of hosts, then the aims", () => {
  const shown = showRows(rows.slice(2, 8), scaleAims(rows.slice(2, 4), 0));
  expect(stripVTControlCharacters(shown).split("\n")).toEqual([
    "300 real servers and a director",
    "TOOL           FIRST RUN S  NOTHING TO DO S  STATE KB  MEMORY MIB",
    "pulumi-lvs           36.00             9.00      3000         600",
    "bare commands        20.00             4.00      1000         100",
    "raw SSH              10.00            10.00         –         100",
    "",
    "Aims",
    "WHAT                      MEASURED        AIM",
    "peak memory, 300 hosts  599.60 MiB  ≤ 600 MiB  met",
  ]);
});
