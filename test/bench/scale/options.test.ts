import { expect, it } from "vitest";
import { counts, milliseconds } from "../../../bench/scale/options.ts";

it("takes numbers of hosts parted by commas", () => {
  expect(counts("10,50,1000")).toEqual([10, 50, 1000]);
});

it.each(["", "10,", "0", "1e3", "10;50", "1751"])("refuses %j as numbers of hosts", (text) => {
  expect(() => counts(text)).toThrow("give numbers from 1 to 1747, parted by commas");
});

it("takes a latency, and none", () => {
  expect(milliseconds("2000")).toBe(2000);
  expect(milliseconds("0")).toBe(0);
});

it.each(["", "-1", "2s", "0.5"])("refuses %j as a latency", (text) => {
  expect(() => milliseconds(text)).toThrow("give a whole number of milliseconds");
});
