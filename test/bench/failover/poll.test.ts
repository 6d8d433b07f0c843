import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Poll, parsePolls } from "../../../bench/failover/polls.ts";
import { inCheckout } from "../../fixtures.ts";

/** Polls a server that deals with its requests, counted from 0, in this way. */
async function pollsOf(deal: (response: ServerResponse, number: number) => void): Promise<Poll[]> {
  const directory = mkdtempSync(join(tmpdir(), "poll-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  let requests = 0;
  const server = createServer((_, response) => {
    deal(response, requests++);
    if (requests === 40) writeFileSync(join(directory, "stop"), "");
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void server.close().closeAllConnections());
  return run(directory, (server.address() as AddressInfo).port);
}

async function run(directory: string, port: number, longestSeconds = 30): Promise<Poll[]> {
  const numbers = [port, 10, 1000, longestSeconds].map(String);
  const program = inCheckout("bench/failover/poll.pl");
  const { stdout } = await execa("perl", [program, "127.0.0.1", ...numbers], { cwd: directory });
  return parsePolls(stdout);
}

const answers = (polls: readonly Poll[]) => polls.filter(({ answeredMs }) => answeredMs !== undefined).length;

describe("the poller", () => {
  it("asks on while earlier polls have no answer, until it is stopped", async () => {
    const open: number[] = [];
    const polls = await pollsOf((response, number) => {
      if (number >= 10 && number < 20) open.push(number);
      else response.end("web1");
    });
    expect(open).toHaveLength(10);
    expect(polls.length - answers(polls)).toBe(10);
    expect(answers(polls)).toBeGreaterThanOrEqual(30);
  });

  it("takes for an answer only what is one", async () => {
    const polls = await pollsOf((response, number) => {
      if (number % 4 === 1) response.writeHead(503);
      if (number % 4 === 2) response.destroy();
      else response.end("web1");
    });
    expect(polls.length - answers(polls)).toBeGreaterThanOrEqual(20);
    expect(answers(polls)).toBeGreaterThanOrEqual(20);
  });

  it("goes on where connections are refused, and ends by itself", async () => {
    const directory = mkdtempSync(join(tmpdir(), "poll-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const polls = await run(directory, 1, 0.3);
    expect(polls.length).toBeGreaterThan(5);
    expect(answers(polls)).toBe(0);
  });
});
