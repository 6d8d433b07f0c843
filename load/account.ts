/** What the generators wrote → how many requests there were, and every one that was lost. */

/** The three kinds of traffic. */
export type Kind = "newConnections" | "keepAlive" | "downloads";

/** One request that did not get its whole answer on the connection it was sent on. */
export interface Loss {
  readonly kind: Kind;
  /** When it was known, ISO 8601. */
  readonly at: string;
  readonly error: string;
}

/** What became of the traffic between start and stop. */
export interface LoadReport {
  /** Of all kinds together; a download counts as one. */
  readonly requests: number;
  readonly lost: number;
  /** Longest time in which no new connection got its answer. */
  readonly longestGapMs: number;
  readonly byKind: {
    readonly newConnections: { readonly requests: number; readonly lost: number };
    /**
     * `connections` is how many there were, one after the other and side by side; `closedIdle` how many of them the
     * server closed between two requests, as HTTP lets it (RFC 9112, 9.8) and a busy Apache does: no request is lost.
     */
    readonly keepAlive: {
      readonly connections: number;
      readonly closedIdle: number;
      readonly requests: number;
      readonly lost: number;
    };
    readonly downloads: { readonly started: number; readonly completed: number; readonly lost: number };
  };
  /** The earliest, at most {@link shownLosses}. */
  readonly losses: readonly Loss[];
}

/** Lines that the generators in the client wrote. */
export interface GeneratorOutput {
  /** One JSON object per request, from `vegeta encode`. */
  readonly newConnections: readonly string[];
  /** From each series of connections: `connection`, then a line per transfer on it. */
  readonly keepAlive: readonly (readonly string[])[];
  /** The same, with one transfer per connection. */
  readonly downloads: readonly (readonly string[])[];
  /** Transfers on a connection on which none fails. */
  readonly requestsPerConnection: number;
}

/** Losses that a report names; the others it counts. */
export const shownLosses = 20;

/** Throws when the lines do not account for every request, which is the generators' fault and not the cluster's. */
export function account(output: GeneratorOutput): LoadReport {
  const answers = output.newConnections.map(parseAnswer);
  const keepAlive = output.keepAlive.flatMap(connectionsOf);
  const downloads = output.downloads.flatMap(connectionsOf);
  const losses = [
    ...answers.flatMap(lossOfAnswer),
    ...keepAlive.flatMap((transfers) => lossesOn("keepAlive", transfers, output.requestsPerConnection)),
    ...downloads.flatMap((transfers) => lossesOn("downloads", transfers, 1)),
  ].sort((one, other) => one.at.localeCompare(other.at));
  const lost = (kind: Kind) => losses.filter((loss) => loss.kind === kind).length;
  const keepAliveRequests = keepAlive.flat().length;
  return {
    requests: answers.length + keepAliveRequests + downloads.length,
    lost: losses.length,
    longestGapMs: longestGapMs(answers),
    byKind: {
      newConnections: { requests: answers.length, lost: lost("newConnections") },
      keepAlive: {
        connections: keepAlive.length,
        closedIdle: keepAlive.flatMap((transfers) => transfers.filter(isAfterIdleClose)).length,
        requests: keepAliveRequests,
        lost: lost("keepAlive"),
      },
      downloads: {
        started: downloads.length,
        completed: downloads.length - lost("downloads"),
        lost: lost("downloads"),
      },
    },
    losses: losses.slice(0, shownLosses),
  };
}

interface Answer {
  readonly startedMs: number;
  readonly endedMs: number;
  /** HTTP status; 0 without an answer. */
  readonly code: number;
  readonly error: string;
}

function parseAnswer(line: string): Answer {
  const { timestamp, latency, code, error } = JSON.parse(line) as {
    timestamp: string;
    latency: number;
    code: number;
    error: string;
  };
  const startedMs = Date.parse(timestamp);
  return { startedMs, endedMs: startedMs + latency / 1e6, code, error };
}

function isWhole({ code, error }: Answer): boolean {
  return error === "" && code >= 200 && code < 300;
}

function lossOfAnswer(answer: Answer): Loss[] {
  if (isWhole(answer)) return [];
  const error = answer.error || `HTTP status ${answer.code}`;
  return [{ kind: "newConnections", at: isoTime(answer.endedMs), error }];
}

/** Arrays of hundreds of thousands: too long to be the arguments of a call. */
function longestGapMs(answers: readonly Answer[]): number {
  const begin = answers.reduce(
    (least, { startedMs }) => Math.min(least, startedMs),
    Number.POSITIVE_INFINITY,
  );
  const end = answers.reduce((most, { endedMs }) => Math.max(most, endedMs), begin);
  const answered = answers.filter(isWhole).map(({ endedMs }) => endedMs);
  const times = Float64Array.from([begin, ...answered, end]).sort();
  return Math.round(
    times.reduce((most, time, index) => Math.max(most, time - (times[index - 1] ?? time)), 0),
  );
}

/** One request as curl reports it: see load/generate.sh. */
interface Transfer {
  readonly endedMs: number;
  readonly exitCode: number;
  /** Connections it made: 0 on one that was there. */
  readonly connects: number;
  /** Of requests; twice a request's size where curl had to send it twice. */
  readonly sentBytes: number;
  /** Whether the server said that it closes the connection after this answer. */
  readonly closeAnnounced: boolean;
  readonly error: string;
}

function connectionsOf(lines: readonly string[]): Transfer[][] {
  const connections: Transfer[][] = [];
  for (const line of lines) {
    if (line === "connection") connections.push([]);
    else connections.at(-1)?.push(parseTransfer(line));
  }
  return connections;
}

function parseTransfer(line: string): Transfer {
  const [, seconds, exitCode, connects, sentBytes, connection = "", error = ""] =
    /^(\d+\.\d+) (\d+) (\d+) (\d+) "(.*?)" (.*)$/.exec(line) ?? [];
  if (!seconds) throw new Error(`curl in the client wrote a line that is not a transfer: ${line}`);
  return {
    endedMs: Number(seconds) * 1000,
    exitCode: Number(exitCode),
    connects: Number(connects),
    sentBytes: Number(sentBytes),
    closeAnnounced: connection.toLowerCase() === "close",
    error: error || `curl ended with ${exitCode}`,
  };
}

/** A transfer that fails is the last one on its connection, as curl is told. */
function lossesOn(kind: "keepAlive" | "downloads", transfers: readonly Transfer[], expected: number): Loss[] {
  const failed = transfers.at(-1)?.exitCode !== 0;
  if (transfers.length !== expected && !(failed && transfers.length > 0)) {
    throw new Error(
      `curl in the client reported ${transfers.length} of ${expected} requests on a connection of kind ${kind}`,
    );
  }
  return transfers.flatMap((transfer) => {
    const error = lossOf(transfer, transfers[0]);
    return error === undefined ? [] : [{ kind, at: isoTime(transfer.endedMs), error }];
  });
}

/**
 * Curl sends a request again, on a new connection, when the old one ends without an answer, and does not say so. It has no
 * old one for its first request.
 */
function lossOf(transfer: Transfer, first: Transfer | undefined): string | undefined {
  if (transfer.exitCode !== 0) return transfer.error;
  if (first === undefined || transfer.sentBytes <= first.sentBytes) return undefined;
  return "the connection ended without an answer";
}

function isAfterIdleClose(transfer: Transfer, index: number, transfers: readonly Transfer[]): boolean {
  const before = transfers[index - 1];
  if (before === undefined || before.closeAnnounced || transfer.connects === 0) return false;
  return lossOf(transfer, transfers[0]) === undefined;
}

function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
