/** Directors that share VIPs by VRRP: what each has to know of the others, and what becomes of one that is taken away. */
import * as pulumi from "@pulumi/pulumi";
import { errorForPeople } from "../config/configError.ts";
import { resolveDirectors, resolveVrrp } from "../config/resolve.ts";
import type { Sharing } from "../model/vipGroup.ts";
import { type Connection, targetOf } from "../reading/target.ts";
import { keptScript } from "../render/script.ts";
import { DirectorOrder } from "../rollout/directorOrder.ts";
import { runOverSsh } from "../ssh/client.ts";
import { SshError } from "../ssh/target.ts";
import { agreement, type Commanded } from "./agreement.ts";
import { virtualRouterArgsSchema } from "./argsSchemas.ts";
import { settled } from "./output.ts";
import type { SshHost } from "./sshHost.ts";
import { validated } from "./validate.ts";

/** Arguments of a virtual router. */
export interface VirtualRouterArgs extends VrrpArgs {
  /** The directors by name, the preferred one first. With a single one it holds the VIPs without VRRP. */
  readonly directors: Readonly<Record<string, MemberArgs>>;
}

/** How directors share VIPs. */
export interface VrrpArgs {
  /** Virtual router id, 1 to 255, unique on the link (RFC 5798 §5.2.3). Default: derived from the names of project, stack and component. */
  readonly routerId?: pulumi.Input<number> | undefined;
  /** Hundredths of a second between two advertisements, 1 to 4095 (RFC 5798 §5.2.7). Default: 10. */
  readonly advertIntervalCentiseconds?: pulumi.Input<number> | undefined;
  /** Advertise to 224.0.0.18 instead of to each director. Default: false. */
  readonly multicast?: pulumi.Input<boolean> | undefined;
  /** Whether a director of higher priority takes the VIPs back as soon as it can serve. Default: false. */
  readonly preempt?: pulumi.Input<boolean> | undefined;
}

/** One director of a virtual router, as it gives itself to the others. */
export interface MemberArgs {
  /** The director's own address. */
  readonly address: pulumi.Input<string>;
  /** Interface that holds it, such as `eth0`; required where there are several directors. */
  readonly interface?: pulumi.Input<string> | undefined;
  /** VRRP priority, 1 to 254, the highest first (RFC 5798 §5.2.4). Default: 250 for the first, 240 for the second, and so on. */
  readonly priority?: pulumi.Input<number> | undefined;
}

/** What directors share, checked and resolved. */
export interface ResolvedRouter {
  readonly names: readonly string[];
  readonly sharing: pulumi.Output<Sharing | undefined>;
}

/** A director as its virtual router knows it. */
export interface RoutedMember extends Commanded {
  readonly host: SshHost;
}

/** Directors of which one holds the VIPs and the others are ready to. */
export class VirtualRouter extends pulumi.ComponentResource {
  /** @internal */
  readonly order: DirectorOrder<RoutedMember>;
  /** Keeps the way to each director, so that one that the program names no more can still be told. @internal */
  readonly members: pulumi.Resource;
  /** What each director has to know to share the VIPs; undefined where there is one. @internal */
  readonly sharing: pulumi.Output<Sharing | undefined>;
  readonly #names: readonly string[];
  readonly #admitted = new Set<string>();

  constructor(name: string, args: VirtualRouterArgs, options?: pulumi.ComponentResourceOptions);
  /** @internal */
  constructor(name: string, router: ResolvedRouter, options?: pulumi.ComponentResourceOptions);
  constructor(
    name: string,
    args: VirtualRouterArgs | ResolvedRouter,
    options?: pulumi.ComponentResourceOptions,
  ) {
    const { names, sharing } = "sharing" in args ? args : resolve(name, args);
    super("lvs:index:VirtualRouter", name, "sharing" in args ? { sharing } : args, options);
    this.sharing = sharing;
    this.#names = names;
    this.order = new DirectorOrder(this.#names);
    this.#awaitDirectors(name);
    const ways = pulumi.output(this.order.members.then(waysTo));
    const retire = new pulumi.ResourceHook(`${name}-retire`, ({ oldInputs, newInputs }) =>
      this.#retire(oldInputs as Members, newInputs as Members),
    );
    this.members = new pulumi.Stash(
      name,
      { input: pulumi.secret(ways) },
      { parent: this, hooks: { beforeUpdate: [retire] } },
    );
    void this.#showOrder();
    this.registerOutputs({ agreement: agreement(this, this.order.members) });
  }

  /** Throws where a director that is to be made is none of this router's. @internal */
  admit(name: string): void {
    if (!this.#names.includes(name)) {
      throw errorForPeople(
        `${name}: its virtual router has the directors ${this.#names.join(", ")}; name it there`,
      );
    }
    if (this.#admitted.has(name)) {
      throw errorForPeople(`${name}: its virtual router has a Director of this name already; make it once`);
    }
    this.#admitted.add(name);
  }

  /** Directors may be made at any time; where nothing is left that could, the program must not end as if all were well. */
  #awaitDirectors(name: string): void {
    const { order } = this;
    const end = () => {
      const missing = this.#names.filter((each) => !this.#admitted.has(each));
      // What has failed before may be why; a Director that was given it and cannot be made has said so itself.
      if (pulumi.log.hasErrors() || missing.length === 0) return;
      const these = missing.map((each) => `"${each}"`).join(", ");
      order.giveUpWaiting(
        errorForPeople(
          `${name}: the virtual router names ${missing.join(", ")}, but no Director ${these} is given it; make one with virtualRouter, or name it no more`,
        ),
      );
    };
    process.once("beforeExit", end);
    void order.members.then(
      () => process.off("beforeExit", end),
      () => undefined,
    );
  }

  /** Said at preview, so that nobody is surprised by where the VIPs go. */
  async #showOrder(): Promise<void> {
    if (!pulumi.runtime.isDryRun()) return;
    const words = await this.order.inWords();
    if (words !== undefined) await pulumi.log.info(words, this);
  }

  /** A director that is named no more gives the VIPs up before the others are told to do without it. */
  async #retire({ input: was }: Members, { input: is }: Members): Promise<void> {
    const staying = await known(is);
    const leaving = Object.entries(await known(was)).filter(([name]) => !(name in staying));
    for (const [name, connection] of leaving) {
      try {
        const { exitCode, stderr } = await runOverSsh(targetOf(connection, "configured"), {
          command: "bash -s -- retire",
          stdin: keptScript,
        });
        if (exitCode !== 0) throw errorForPeople(`${name} does not give the VIPs up: ${stderr.trim()}`);
      } catch (error) {
        if (!(error instanceof SshError)) throw error;
        const warning = `${name} could not be told to give the VIPs up; if it still runs it will take them: ${error.message}`;
        await pulumi.log.warn(warning, this);
      }
    }
  }
}

/** Tells the cluster of a component from others on its link. */
export function clusterName(component: string): string {
  return `${pulumi.getProject()}/${pulumi.getStack()}/${component}`;
}

function resolve(name: string, args: VirtualRouterArgs): ResolvedRouter {
  const sharing = pulumi.output(args).apply((declared) => {
    const { directors, ...settings } = validated(virtualRouterArgsSchema, name, declared);
    const vrrp = resolveVrrp(settings, directors, clusterName(name));
    return vrrp && { vrrp, directors: resolveDirectors(directors) };
  });
  return { names: Object.keys(args.directors), sharing };
}

/** None is told to retire where another one must not be changed as planned: its launcher fails then. */
async function waysTo(members: readonly RoutedMember[]) {
  await Promise.all(members.map(({ host }) => settled(host.launcher)));
  return Object.fromEntries(members.map(({ host }) => [host.name, host.connection]));
}

interface Members {
  readonly input?: pulumi.Output<Record<string, Connection>>;
}

/** The value of a secret of a hook's arguments. */
async function known(ways: Members["input"]): Promise<Record<string, Connection>> {
  return ways ? settled(ways) : {};
}
