/** Keeps clients away from a real server while a change disturbs what it serves, a few real servers at a time. */
import { Semaphore } from "async-mutex";
import { isToChange } from "./hostChange.ts";
import type { HostLink } from "./hostLink.ts";

/** One director's part in changes to its real servers. */
export class Roll {
  readonly #director: HostLink;
  readonly #places: Semaphore;
  readonly #leave = new Map<string, () => void>();
  #failed: string | undefined;

  /** At most `maxUnavailable` real servers are out of service at a time. */
  constructor(director: HostLink, maxUnavailable: number) {
    this.#director = director;
    this.#places = new Semaphore(maxUnavailable);
  }

  /** Throws where the director is not to be changed as planned, so that no real server is changed for it. */
  async approve(realServer: string): Promise<void> {
    await this.#director.found().catch(() => {
      throw new Error(`${realServer} is left as it is: ${this.#director.name} cannot be changed (see there)`);
    });
  }

  /** Takes a real server out of service and waits for its connections; throws where another one has not come back. */
  async withdraw(realServer: string, address: string): Promise<void> {
    if (!(await this.#serves(address))) return;
    const [, release] = await this.#places.acquire();
    if (this.#failed) {
      release();
      throw new Error(`${realServer} is left as it is: ${this.#failed} has not come back`);
    }
    this.#leave.set(realServer, release);
    try {
      await this.#director.run("withdraw", address);
    } catch (error) {
      this.#failed = realServer;
      // Where it was cut off it may be out already.
      await this.#director.run("readmit", address).catch(() => undefined);
      this.#makePlace(realServer);
      throw error;
    }
  }

  /** Puts it back as soon as it answers through its VIPs. */
  async readmit(realServer: string, address: string): Promise<void> {
    if (!this.#leave.has(realServer)) return;
    try {
      await this.#director.run("readmit", address);
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

  /** Whether the director is changed in this run too: then what it still sends must be served until it has been. */
  async isToChange(): Promise<boolean> {
    return isToChange(await this.#director.found());
  }

  async #serves(address: string): Promise<boolean> {
    const { reading } = await this.#director.found();
    return reading.rules.some((rule) => sendsTo(rule, address));
  }

  #makePlace(realServer: string): void {
    this.#leave.get(realServer)?.();
    this.#leave.delete(realServer);
  }
}

/** Rules of firewall marks are the health checks' own. */
function sendsTo(rule: string, address: string): boolean {
  return rule.includes(` -r ${address}:`) && !rule.includes(" -f ");
}
