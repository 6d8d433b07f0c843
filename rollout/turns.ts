/** Keeps clients away from a real server while a change disturbs what it serves, a few real servers at a time. */
import { Semaphore } from "async-mutex";
import type { RunningHost } from "./runningHost.ts";

/** A virtual service that a director balances. */
interface SharedService {
  /** `tcp VIP:PORT` or `udp VIP:PORT`. */
  readonly key: string;
  /** Whether no other real server gets new connections, so that it is not withdrawn (host/withdraw.sh). */
  readonly alone: boolean;
}

/** One director's real servers, which take turns at being out of service for a change of their own. */
export class Turns {
  readonly director: RunningHost;
  readonly #maxUnavailable: () => Promise<number>;
  #places: Promise<Semaphore> | undefined;
  readonly #leave = new Map<string, () => void>();
  #failed: string | undefined;

  /** At most `maxUnavailable` real servers are out of service at a time. */
  constructor(director: RunningHost, maxUnavailable: () => Promise<number>) {
    this.director = director;
    this.#maxUnavailable = maxUnavailable;
  }

  /** Throws where the director is not to be changed as planned, so that no real server is changed for it. */
  async approve(realServer: string): Promise<void> {
    await this.director.found().catch(() => {
      throw new Error(`${realServer} is left as it is: ${this.director.name} cannot be changed (see there)`);
    });
  }

  /** Takes a real server out of service and waits for its connections; throws where another one has not come back. */
  async withdraw(realServer: string, address: string): Promise<void> {
    if ((await this.servicesOf(address)).length === 0) return;
    this.#places ??= this.#maxUnavailable().then((places) => new Semaphore(places));
    const [, leave] = await (await this.#places).acquire();
    if (this.#failed) {
      leave();
      throw new Error(`${realServer} is left as it is: ${this.#failed} has not come back`);
    }
    this.#leave.set(realServer, leave);
    try {
      await this.director.tell("withdraw", address);
    } catch (error) {
      this.#failed = realServer;
      // Where it was cut off it may be out already.
      await this.director.tell("readmit", address).catch(() => undefined);
      this.#makePlace(realServer);
      throw error;
    }
  }

  /** Puts it back as soon as it answers through its VIPs. */
  async readmit(realServer: string, address: string): Promise<void> {
    if (!this.#leave.has(realServer)) return;
    try {
      await this.director.tell("readmit", address);
    } catch (error) {
      this.#failed = realServer;
      throw error;
    } finally {
      this.#makePlace(realServer);
    }
  }

  /** Its change has failed, so that no other one is begun. It goes on serving as it did before. */
  async giveUp(realServer: string, address: string): Promise<void> {
    this.#failed ??= realServer;
    await this.readmit(realServer, address);
  }

  /** The services in which the director was found to send to a real server. */
  async servicesOf(address: string): Promise<SharedService[]> {
    const { reading } = await this.director.found();
    return [...reading.table]
      .filter(([, { destinations }]) => destinations.some((to) => to.address === address))
      .map(([key, { destinations }]) => {
        return { key, alone: !destinations.some((to) => to.address !== address && to.weight > 0) };
      });
  }

  #makePlace(realServer: string): void {
    this.#leave.get(realServer)?.();
    this.#leave.delete(realServer);
  }
}
