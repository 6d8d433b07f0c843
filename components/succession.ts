/** Directors of the same VIPs: which of them is changed when, and how VIPs and connections come through it. */
import * as pulumi from "@pulumi/pulumi";
import type { HostReading } from "../reading/hostReading.ts";
import { digestOf } from "../render/script.ts";
import { isToChange } from "./hostChange.ts";
import type { HostLink } from "./hostLink.ts";

interface Member {
  readonly link: HostLink;
  /** What must be there before the next one is changed. */
  readonly command: () => pulumi.Resource;
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
  readonly #order: Promise<readonly Place[]>;
  #complete = () => {};
  #drained: Promise<void> | undefined;

  /** `names` are those of all directors, the preferred one first. */
  constructor(names: readonly string[]) {
    this.#expected = names;
    const complete = new Promise<void>((resolve) => {
      this.#complete = resolve;
    });
    this.#order = complete.then(() => inOrder(this.#members));
  }

  /** Takes a director in; `command` gives the resource that changes it. */
  join(link: HostLink, command: () => pulumi.Resource): void {
    this.#members.push({ link, command });
    if (this.#members.length < this.#expected.length) return;
    const rank = ({ link }: Member) => this.#expected.indexOf(link.name);
    this.#members.sort((a, b) => rank(a) - rank(b));
    this.#complete();
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
    members.map(async (member): Promise<Place> => {
      const change = await member.link.found().catch(() => undefined);
      return { member, reading: pulumi.isUnknown(change) ? undefined : change?.reading };
    }),
  );
  const rank = (place: Place) => (holds(place) ? 1 : place.reading?.held ? 0 : 2);
  return places.toSorted((a, b) => rank(a) - rank(b));
}

/** One that shares nothing yet holds them for good. */
function holds({ reading }: Place): boolean {
  return reading?.held !== undefined && (reading.vrrp === undefined || reading.vrrp.role === "MASTER");
}
