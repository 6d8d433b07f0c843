/** Moves the VIPs of a stack from the director that holds them to another one, losing nothing. */
import { holdsVips } from "../reading/holder.ts";
import type { HostReading } from "../reading/hostReading.ts";
import { ReadingError, readHost } from "../reading/readHost.ts";
import { report, SetupError } from "../setup/rung.ts";
import { runOverSsh } from "../ssh/client.ts";
import { SshError } from "../ssh/target.ts";
import type { StateHost } from "../status/stackState.ts";

/** Where the VIPs were and are. */
export interface Handover {
  readonly from: string;
  readonly to: string;
}

/** How directors are asked and told. */
export interface Ways {
  /** How a director is; a text: why it cannot be asked. */
  readonly read: (host: StateHost) => Promise<HostReading | string>;
  /** Has the holder hand over (host/handover.sh); throws a {@link SetupError} with what it said when it fails. */
  readonly handOver: (host: StateHost) => Promise<void>;
}

interface Asked {
  readonly host: StateHost;
  readonly reading: HostReading | string;
}

/** Over SSH, with the scripts that the hosts keep. */
export const overSsh: Ways = {
  read: async ({ target, script }) => {
    try {
      return await readHost(target, script);
    } catch (error) {
      if (!(error instanceof SshError || error instanceof ReadingError)) throw error;
      return error.message;
    }
  },
  handOver: async ({ name, target, script }) => {
    const { exitCode, stderr } = await runOverSsh(target, {
      command: "bash -s -- handover",
      stdin: script,
    }).catch((error: unknown) => {
      if (!(error instanceof SshError)) throw error;
      throw new SetupError(`${name}: ${error.message}`);
    });
    if (exitCode !== 0) throw new SetupError(stderr.trim() || `${name}: handover ended with ${exitCode}`);
  },
};

/** Longest time until another director says that it holds the VIPs. */
const longestMilliseconds = 15_000;

/** Returns once another of the `hosts` holds the VIPs; throws a {@link SetupError} where that cannot be, or fails. */
export async function handOver(hosts: readonly StateHost[], ways: Ways = overSsh): Promise<Handover> {
  const named = hosts.filter(({ role }) => role === "director");
  if (named.length < 2) {
    throw new SetupError("there is one director, so there is none to hand over to; add one to `directors`");
  }
  const directors = await ask(named, ways);
  const holder = holderOf(directors);
  const standbys = directors.filter(
    ({ reading }) => typeof reading !== "string" && reading.vrrp?.role === "BACKUP",
  );
  if (standbys.length === 0) {
    throw new SetupError(
      `no director is ready to take the VIPs over from ${holder.host.name}: ${inWords(directors)}`,
    );
  }
  report(`${holder.host.name} hands the VIPs over; ${namesOf(standbys).join(" or ")} takes them`);
  await ways.handOver(holder.host);
  return { from: holder.host.name, to: await successor(standbys, ways) };
}

async function ask(hosts: readonly StateHost[], ways: Ways): Promise<Asked[]> {
  return Promise.all(hosts.map(async (host) => ({ host, reading: await ways.read(host) })));
}

function holderOf(directors: readonly Asked[]): Asked {
  const [holder, rival] = directors.filter(holds);
  if (!holder) throw new SetupError(`no director holds the VIPs: ${inWords(directors)}`);
  if (rival)
    throw new SetupError(
      `several directors hold the VIPs: ${inWords(directors)}; \`npm run status\` says what most often causes it`,
    );
  return holder;
}

async function successor(standbys: readonly Asked[], ways: Ways): Promise<string> {
  const deadline = Date.now() + longestMilliseconds;
  for (;;) {
    const directors = await ask(
      standbys.map(({ host }) => host),
      ways,
    );
    const holder = directors.find(holds);
    if (holder) return holder.host.name;
    if (Date.now() > deadline) {
      throw new SetupError(
        `the VIPs are handed over, but no director says that it has them: ${inWords(directors)}`,
      );
    }
  }
}

function holds({ reading }: Asked): boolean {
  return typeof reading !== "string" && holdsVips(reading);
}

function inWords(directors: readonly Asked[]): string {
  return directors.map(({ host, reading }) => `${host.name} ${roleInWords(reading)}`).join(", ");
}

function roleInWords(reading: Asked["reading"]): string {
  if (typeof reading === "string") return `is unknown (${reading})`;
  return reading.vrrp?.role ?? "shares none";
}

function namesOf(directors: readonly Asked[]): string[] {
  return directors.map(({ host }) => host.name);
}
