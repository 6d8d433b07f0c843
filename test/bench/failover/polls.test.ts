import { describe, expect, it } from "vitest";
import { isServedAtEnd, longestGapMs, parsePolls } from "../../../bench/failover/polls.ts";

const poll = (askedMs: number, answeredMs?: number) => ({ askedMs, answeredMs });

describe("the lines of the poller", () => {
  it("are a poll each, answered or not", () => {
    expect(parsePolls("1000.0 1001.5\n1010.0 -\n")).toEqual([poll(1000, 1001.5), poll(1010)]);
  });

  it.each(["poll.pl: socket: Too many open files", "1000.0", "1000.0 1001"])("are refused as %j", (line) => {
    expect(() => parsePolls(`1000.0 1001.5\n${line}\n`)).toThrow(`no poll: ${line}`);
  });
});

describe("the longest gap", () => {
  it("is the longest time between two answers, whenever they were asked for", () => {
    expect(longestGapMs([poll(0, 2), poll(10), poll(20), poll(30, 350), poll(40, 330), poll(340, 351)])).toBe(
      328,
    );
  });

  it("counts what is missing at the beginning", () => {
    expect(longestGapMs([poll(0), poll(10), poll(200, 205), poll(210, 211)])).toBe(205);
  });

  it("counts what is missing at the end", () => {
    expect(longestGapMs([poll(0, 1), poll(10), poll(20), poll(500)])).toBe(499);
  });

  it("is all the time where nothing is answered", () => {
    expect(longestGapMs([poll(0), poll(10), poll(20)])).toBe(20);
  });

  it("is not known without a poll", () => {
    expect(() => longestGapMs([])).toThrow(RangeError);
  });
});

describe("the end", () => {
  const polls = [poll(0), poll(500, 501), poll(900, 905), poll(1000, 1001)];

  it("is served where its polls are all answered", () => {
    expect(isServedAtEnd(polls, 600)).toBe(true);
  });

  it("is not served where one of them is not", () => {
    expect(isServedAtEnd(polls, 1500)).toBe(false);
    expect(isServedAtEnd([...polls, poll(1010)], 600)).toBe(false);
  });
});
