import { describe, expect, it } from "vitest";
import { account, type GeneratorOutput, shownLosses } from "../../load/account.ts";

const begin = Date.parse("2026-01-01T00:00:00.000Z");

/** What vegeta says of a request that began so many milliseconds after the others' begin. */
function request(atMs: number, { tookMs = 1, code = 200, error = "" } = {}): string {
  return JSON.stringify({
    timestamp: new Date(begin + atMs).toISOString(),
    latency: tookMs * 1e6,
    code,
    error,
  });
}

/** What generate.sh says of a transfer. */
function transfer({ exitCode = 0, connects = 0, sentBytes = 80, connection = "", error = "" } = {}): string {
  return `${begin / 1000}.500000 ${exitCode} ${connects} ${sentBytes} "${connection}" ${error}`;
}

function output(some: Partial<GeneratorOutput>): GeneratorOutput {
  return { newConnections: [request(0)], keepAlive: [], downloads: [], requestsPerConnection: 3, ...some };
}

const first = transfer({ connects: 1 });

describe("new connections", () => {
  it("are lost with an error or a status that is not 2xx", () => {
    const refused = request(2, { code: 0, error: "connection refused" });
    const unavailable = request(4, { code: 503, error: "503 Service Unavailable" });
    const moved = request(6, { code: 302 });
    const { requests, lost, byKind, losses } = account(
      output({ newConnections: [request(0), refused, unavailable, moved] }),
    );
    expect({ requests, lost, kind: byKind.newConnections }).toEqual({
      requests: 4,
      lost: 3,
      kind: { requests: 4, lost: 3 },
    });
    expect(losses).toEqual([
      { kind: "newConnections", at: "2026-01-01T00:00:00.003Z", error: "connection refused" },
      { kind: "newConnections", at: "2026-01-01T00:00:00.005Z", error: "503 Service Unavailable" },
      { kind: "newConnections", at: "2026-01-01T00:00:00.007Z", error: "HTTP status 302" },
    ]);
  });

  it.each([
    ["between two answers", [request(0), request(100), request(900, { tookMs: 50 })], 849],
    ["before the first answer", [request(0, { tookMs: 700 }), request(100, { tookMs: 601 })], 700],
    ["through a lost request", [request(0), request(300, { code: 0, error: "reset" }), request(800)], 800],
    ["after the last answer", [request(0), request(10, { tookMs: 5000, code: 0, error: "timeout" })], 5009],
  ])("show the longest gap %s", (_, newConnections, gap) => {
    expect(account(output({ newConnections })).longestGapMs).toBe(gap);
  });
});

describe("a long measurement", () => {
  it("is accounted for like a short one", () => {
    const newConnections = Array.from({ length: 200_000 }, (_, at) => request(at));
    expect(account(output({ newConnections }))).toMatchObject({
      requests: 200_000,
      lost: 0,
      longestGapMs: 1,
    });
  });
});

describe("requests on a kept-alive connection", () => {
  it("are not lost where one connection carries them all", () => {
    const keepAlive = [
      ["connection", first, transfer(), transfer(), "connection", first, transfer(), transfer()],
    ];
    expect(account(output({ keepAlive }))).toMatchObject({
      requests: 7,
      lost: 0,
      byKind: { keepAlive: { connections: 2, closedIdle: 0, requests: 6, lost: 0 } },
    });
  });

  it("are lost, each of them, where curl had to send two of them twice in a row", () => {
    const twice = transfer({ connects: 1, sentBytes: 160 });
    const { lost, byKind } = account(output({ keepAlive: [["connection", first, twice, twice]] }));
    expect({ lost, closedIdle: byKind.keepAlive.closedIdle }).toEqual({ lost: 2, closedIdle: 0 });
  });

  it("are lost where curl had to send one twice, as the connection ended before its answer", () => {
    const keepAlive = [["connection", first, transfer({ connects: 1, sentBytes: 160 }), transfer()]];
    const { lost, losses, byKind } = account(output({ keepAlive }));
    expect({ lost, closedIdle: byKind.keepAlive.closedIdle }).toEqual({ lost: 1, closedIdle: 0 });
    expect(losses[0]).toMatchObject({ kind: "keepAlive", error: "the connection ended without an answer" });
  });

  it("are not lost where the server closed the connection between two of them, which is counted", () => {
    const keepAlive = [["connection", first, transfer({ connects: 1 }), transfer()]];
    const { lost, byKind } = account(output({ keepAlive }));
    expect({ lost, closedIdle: byKind.keepAlive.closedIdle }).toEqual({ lost: 0, closedIdle: 1 });
  });

  it("are as they should be where the answer before announced the end", () => {
    const announced = transfer({ connection: "close" });
    const keepAlive = [["connection", first, announced, transfer({ connects: 1 })]];
    const { lost, byKind } = account(output({ keepAlive }));
    expect({ lost, closedIdle: byKind.keepAlive.closedIdle }).toEqual({ lost: 0, closedIdle: 0 });
  });

  it("are lost where curl fails, with curl's words", () => {
    const keepAlive = [
      ["connection", first, transfer({ exitCode: 56, error: "Recv failure: reset by peer" })],
    ];
    expect(account(output({ keepAlive })).losses).toEqual([
      { kind: "keepAlive", at: "2026-01-01T00:00:00.500Z", error: "Recv failure: reset by peer" },
    ]);
  });

  it("are not guessed at where curl reported too few of them", () => {
    const keepAlive = [["connection", first, transfer()]];
    expect(() => account(output({ keepAlive }))).toThrow("reported 2 of 3 requests");
    expect(() => account(output({ keepAlive: [["connection"]] }))).toThrow("reported 0 of 3 requests");
  });
});

describe("downloads", () => {
  it("are lost where they are short", () => {
    const short = transfer({ exitCode: 18, connects: 1, error: "transfer closed with 9 bytes remaining" });
    const downloads = [
      ["connection", first, "connection", short],
      ["connection", first],
    ];
    expect(account(output({ downloads }))).toMatchObject({
      requests: 4,
      lost: 1,
      byKind: { downloads: { started: 3, completed: 2, lost: 1 } },
    });
  });
});

describe("losses", () => {
  it("are all counted, and the earliest named", () => {
    const failed = Array.from({ length: shownLosses + 5 }, (_, at) =>
      request(at, { code: 0, error: `${at}` }),
    );
    const { lost, losses } = account(output({ newConnections: failed.reverse() }));
    expect(lost).toBe(shownLosses + 5);
    expect(losses.map(({ error }) => error)).toEqual(Array.from({ length: shownLosses }, (_, at) => `${at}`));
  });
});
