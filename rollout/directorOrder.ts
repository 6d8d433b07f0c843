/** Directors of the same VIPs: which of them is changed when, and how VIPs and connections come through it. */
import { holdsVips } from "../reading/holder.ts";
import type { HostReading } from "../reading/hostReading.ts";
import { digestOf } from "../render/script.ts";
import { isToChange, type RunningHost, readingOf } from "./runningHost.ts";
import type { ServingHost } from "./servingHost.ts";

/** One of the directors. */
export interface Member {
  readonly host: RunningHost;
  /** Those that it may send connections to, or did. */
  readonly realServers: readonly ServingHost[];
}

/** A director that is changed, among those of the same VIPs. */
export interface OrderedDirector extends Member {
  readonly order: DirectorOrder;
}

/** A director as it was found. */
interface FoundMember<M extends Member> {
  readonly member: M;
  /** Undefined where it could not be read. */
  readonly reading: HostReading | undefined;
}

/** The order of directors that hold the same VIPs, one of them at a time. */
export class DirectorOrder<M extends Member = Member> {
  readonly #expected: readonly string[];
  readonly #members: M[] = [];
  /** All of them, the preferred one first; known when the last one has joined. */
  readonly members: Promise<readonly M[]>;
  readonly #order: Promise<readonly FoundMember<M>[]>;
  #complete = () => {};
  #fail: (reason: Error) => void = () => {};
  #drained: Promise<void> | undefined;

  /** `names` are those of all directors, the preferred one first. */
  constructor(names: readonly string[]) {
    this.#expected = names;
    this.members = new Promise((resolve, reject) => {
      this.#complete = () => resolve(this.#members);
      this.#fail = reject;
    });
    this.#order = this.members.then(inOrder);
  }

  /** Takes a director in. */
  join(member: M): void {
    this.#members.push(member);
    if (this.#members.length < this.#expected.length) return;
    const rank = ({ host }: M) => this.#expected.indexOf(host.name);
    this.#members.sort((a, b) => rank(a) - rank(b));
    this.#complete();
  }

  /** Nobody else will join; what waits for that fails. */
  giveUpWaiting(reason: Error): void {
    this.#fail(reason);
  }

  /** The order of change, and who holds the VIPs; undefined where nothing is to change, or nobody is known to hold them. */
  async inWords(): Promise<string | undefined> {
    const order = await this.#order;
    const holder = order.find(holds);
    const areToChange = await Promise.all(order.map(mayChange));
    if (order.length < 2 || !holder || !areToChange.includes(true)) return undefined;
    const names = order.map(({ member }) => member.host.name);
    return `${holder.member.host.name} holds the VIPs; directors are changed in this order: ${names.join(", ")}`;
  }

  /** Those that are changed before this one. */
  async before(host: RunningHost): Promise<M[]> {
    const { earlier } = await this.#around(host);
    return earlier.map(({ member }) => member);
  }

  /** Whether no director that is changed in this run comes after this one. */
  async isLast(host: RunningHost): Promise<boolean> {
    const { later } = await this.#around(host);
    const found = await Promise.all(later.map(({ member }) => member.host.found()));
    return !found.some(isToChange);
  }

  /** Where what is to leave is drained before this one is changed: on another one that holds the VIPs and has another plan. */
  async drainsFor(host: RunningHost): Promise<RunningHost | undefined> {
    const holder = (await this.#order).find(holds);
    if (!holder || isOf(host)(holder)) return undefined;
    const { plan } = await holder.member.host.found();
    return holder.reading?.held?.digest === digestOf(plan) ? undefined : holder.member.host;
  }

  /** Drains there, once for all that are changed in this run. */
  async drainFor(host: RunningHost): Promise<void> {
    const holder = await this.drainsFor(host);
    this.#drained ??= holder?.tell("drain");
    await this.#drained;
  }

  /** Those that are ready to take the VIPs from this one; nobody where it does not hold them, or shares none. */
  async successorsOf(host: RunningHost): Promise<M[]> {
    const order = await this.#order;
    const holder = order.find(holds);
    if (!holder?.reading?.vrrp || !isOf(host)(holder)) return [];
    return order.filter((other) => other !== holder && other.reading?.vrrp).map(({ member }) => member);
  }

  /** The change of this one has failed: another one that holds the VIPs goes on as it was. */
  async abandon(host: RunningHost): Promise<void> {
    const holder = (await this.#order).find(holds);
    if (this.#drained && holder && !isOf(host)(holder)) await holder.member.host.tell("abandon");
  }

  async #around(host: RunningHost) {
    const order = await this.#order;
    const place = order.findIndex(isOf(host));
    return { earlier: order.slice(0, place), later: order.slice(place + 1) };
  }
}

function isOf(host: RunningHost): (found: FoundMember<Member>) => boolean {
  return ({ member }) => member.host === host;
}

/** Standbys first; then who holds the VIPs; who joins only then, when there is somebody to join. */
async function inOrder<M extends Member>(members: readonly M[]): Promise<FoundMember<M>[]> {
  const found = await Promise.all(
    members.map(async (member) => ({ member, reading: await readingOf(member.host) })),
  );
  const rank = (each: FoundMember<M>) => (holds(each) ? 1 : each.reading?.held ? 0 : 2);
  return found.toSorted((a, b) => rank(a) - rank(b));
}

function holds({ reading }: FoundMember<Member>): boolean {
  return reading !== undefined && holdsVips(reading);
}

/** Whether the host is changed in this run, as far as that is known. */
async function mayChange({ member }: FoundMember<Member>): Promise<boolean> {
  return member.host.found().then(isToChange, () => true);
}
