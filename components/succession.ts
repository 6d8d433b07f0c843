/** Directors of the same VIPs: which of them is changed when, and how VIPs and connections come through it. */
import type * as pulumi from "@pulumi/pulumi";
import { holdsVips } from "../reading/holder.ts";
import type { HostReading } from "../reading/hostReading.ts";
import { digestOf } from "../render/script.ts";
import { isToChange } from "./hostChange.ts";
import { type HostLink, readingOf } from "./hostLink.ts";

/** One of the directors. */
export interface Member {
  readonly link: HostLink;
  /** What must be there before the next one is changed. */
  readonly command: () => pulumi.Resource;
  /** Those that it may send connections to. */
  readonly realServers: readonly HostLink[];
}

interface Place {
  readonly member: Member;
  /** Undefined where it could not be read. */
  readonly reading: HostReading | undefined;
}

/** The order of directors that hold the same VIPs, one of them at a time. */
export class Succession {
  readonly #expected: readonly string[];
  readonly #members: Member[] = [];
  /** All of them, the preferred one first; known when the last one has joined. */
  readonly members: Promise<readonly Member[]>;
  readonly #order: Promise<readonly Place[]>;
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
  join(member: Member): void {
    this.#members.push(member);
    if (this.#members.length < this.#expected.length) return;
    const rank = ({ link }: Member) => this.#expected.indexOf(link.name);
    this.#members.sort((a, b) => rank(a) - rank(b));
    this.#complete();
  }

  /** Nobody else will join; what waits for that fails. */
  giveUpWaiting(reason: Error): void {
    this.#fail(reason);
  }

  /** Names in the order of change; which one holds the VIPs. */
  async inWords(): Promise<{ readonly order: readonly string[]; readonly holder: string | undefined }> {
    const order = await this.#order;
    return {
      order: order.map(({ member }) => member.link.name),
      holder: order.find(holds)?.member.link.name,
    };
  }

  /** The commands that come before that of `name`. */
  async before(name: string): Promise<pulumi.Resource[]> {
    const order = await this.#order;
    const place = order.findIndex(({ member }) => member.link.name === name);
    return order.slice(0, place).map(({ member }) => member.command());
  }

  /** Before a director is changed: what it will send no more is drained where the VIPs are, or the VIPs go elsewhere. */
  async prepare(name: string): Promise<void> {
    const order = await this.#order;
    const holder = order.find(holds);
    if (!holder) return;
    if (holder.member.link.name === name) return handOver(order, holder);
    if (holder.reading?.held?.digest === digestOf((await holder.member.link.found()).plan)) return;
    this.#drained ??= holder.member.link.run("drain");
    await this.#drained;
  }

  /** Whether no director that is changed in this run comes after `name`. */
  async isLast(name: string): Promise<boolean> {
    const order = await this.#order;
    const place = order.findIndex(({ member }) => member.link.name === name);
    const later = await Promise.all(order.slice(place + 1).map(({ member }) => member.link.found()));
    return !later.some(isToChange);
  }

  /** The change of a director has failed: the one that holds the VIPs goes on as it was. */
  async giveUp(name: string): Promise<void> {
    const holder = (await this.#order).find(holds);
    if (this.#drained && holder && holder.member.link.name !== name) await holder.member.link.run("abandon");
  }
}

async function handOver(order: readonly Place[], { member, reading }: Place): Promise<void> {
  const others = order.filter((other) => other.member !== member && other.reading?.vrrp);
  if (reading?.vrrp && others.length > 0) await member.link.run("handover");
}

/** Standbys first; then who holds the VIPs; who joins only then, when there is somebody to join. */
async function inOrder(members: readonly Member[]): Promise<Place[]> {
  const places = await Promise.all(
    members.map(async (member): Promise<Place> => ({ member, reading: await readingOf(member.link) })),
  );
  const rank = (place: Place) => (holds(place) ? 1 : place.reading?.held ? 0 : 2);
  return places.toSorted((a, b) => rank(a) - rank(b));
}

function holds({ reading }: Place): boolean {
  return reading !== undefined && holdsVips(reading);
}
