/** Who changes when: what happens around the change of a host. Hooks do it (components/hooks.ts), a preview tells it. */
import type { OrderedDirector } from "./directorOrder.ts";
import { isToChange, type RunningHost, readingOf, readOf } from "./runningHost.ts";
import * as server from "./servingHost.ts";
import * as words from "./words.ts";

/** What happens around the change of a host, in this order. */
export interface Timeline<Subject> {
  /** The hosts that its steps look at or tell. */
  readonly involved: (subject: Subject) => Promise<readonly RunningHost[]>;
  /** Before a host that is there already is changed. Where one of them fails, the host stays as it is. */
  readonly before: readonly Step<Subject>[];
  /** When it has been changed, or made. Where one of them fails, those after it are not done. */
  readonly after: readonly Step<Subject>[];
  /** When that has failed; the host's own run has put back what it had changed there. */
  readonly failed: readonly Step<Subject>[];
}

/** One thing that happens. */
export interface Step<Subject> {
  readonly name: string;
  /** Whether it is called for, as the hosts were found. Default: always. */
  readonly when?: (subject: Subject) => Promise<boolean>;
  /** What a preview says of it. Default: nothing. */
  readonly inWords?: (subject: Subject) => Promise<string | undefined>;
  readonly run: (subject: Subject) => Promise<unknown>;
}

/** Real servers are changed before their directors, and keep what these may still send to until they have been changed too. */
export const realServerChange: Timeline<server.ServingHost> = {
  involved: async ({ host, directors }) => [host, ...directors.map(({ director }) => director)],
  before: [
    { name: "approve", run: server.approve },
    { name: "withdraw", when: server.isDisturbed, inWords: words.withdrawn, run: server.withdraw },
  ],
  after: [
    { name: "readmit", when: server.isDisturbed, inWords: words.readmitted, run: server.readmit },
    { name: "release", when: server.isFreeToGiveBack, inWords: words.givesBack, run: server.giveBack },
  ],
  failed: [{ name: "give-up", run: server.giveUp }],
};

/**
 * Directors are changed one after the other, the one that holds the VIPs last. A director that is named no more is told to
 * `retire` before all of them (components/VirtualRouter.ts).
 */
export const directorChange: Timeline<OrderedDirector> = {
  involved: async ({ order, realServers }) =>
    [...(await order.members), ...realServers].map(({ host }) => host),
  before: [
    {
      name: "drain",
      when: async ({ host, order }) => (await order.drainsFor(host)) !== undefined,
      inWords: words.drained,
      run: ({ host, order }) => order.drainFor(host),
    },
    {
      name: "handover",
      when: async ({ host, order }) => (await order.successorsOf(host)).length > 0,
      inWords: words.handedOver,
      run: ({ host }) => host.tell("handover"),
    },
  ],
  after: [
    {
      name: "release",
      when: ({ host, order }) => order.isLast(host),
      inWords: words.givenBack,
      // One that could not be read is not changed in this run.
      run: async ({ realServers }) => Promise.all((await readOf(realServers)).map(server.giveBack)),
    },
  ],
  failed: [{ name: "abandon", run: ({ host, order }) => order.abandon(host) }],
};

/** Does a step where it is called for. */
export async function take<Subject>(step: Step<Subject>, subject: Subject): Promise<void> {
  if (!step.when || (await step.when(subject))) await step.run(subject);
}

/** What will be done around a change of this run, in words; undefined where that is nothing, or cannot be known. */
export async function story<Subject extends { readonly host: RunningHost }>(
  timeline: Timeline<Subject>,
  subject: Subject,
): Promise<string | undefined> {
  if (!(await areKnown([subject.host])) || !isToChange(await subject.host.found())) return undefined;
  if (!(await areKnown(await timeline.involved(subject)))) return undefined;
  const before = await said(timeline.before, subject);
  const after = await said(timeline.after, subject);
  if (before.length + after.length === 0) return undefined;
  return `${subject.host.name}: ${[...before, "changed", ...after].join(", ")}`;
}

async function areKnown(hosts: readonly RunningHost[]): Promise<boolean> {
  return !(await Promise.all(hosts.map(readingOf))).includes(undefined);
}

async function said<Subject>(steps: readonly Step<Subject>[], subject: Subject): Promise<string[]> {
  const all = steps.map(async ({ when, inWords }) => {
    return !when || (await when(subject)) ? inWords?.(subject) : undefined;
  });
  return (await Promise.all(all)).filter((each) => each !== undefined);
}
