/** Keeps clients away from a real server while a change disturbs what it serves, a few real servers at a time. */
import { Semaphore } from "async-mutex";
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
    this.#leave.set(realServer, release);
    try {
      if (this.#failed) throw new Error(`${realServer} is left as it is: ${this.#failed} has not come back`);
      await this.#director.run("withdraw", address);
    } catch (error) {
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

  /** The director's rules as they were found. */
  async rules(): Promise<readonly string[]> {
    return (await this.#director.found()).reading.rules;
  }

  async #serves(address: string): Promise<boolean> {
    return (await this.rules()).some((rule) => rule.includes(` -r ${address}:`));
  }

  #makePlace(realServer: string): void {
    this.#leave.get(realServer)?.();
    this.#leave.delete(realServer);
  }
}
