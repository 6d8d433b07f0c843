/** Repeats a dial that failed, with the limits, waits and words of Pulumi's command provider. */
import { setTimeout as sleep } from "node:timers/promises";
import { SshCutOffError, type SshHop, SshUnreachableError } from "./target.ts";

/** Notes about a dial under way. */
export interface DialOptions {
  /** Ends the wait for one's turn and between two dials when aborted. */
  signal?: AbortSignal | undefined;
  /** Called before each new try, in the words of Pulumi's provider: `Dial 3/10 failed: retrying`. */
  onRetry?: ((message: string) => void) | undefined;
}

// The waits of Pulumi's retry package (sdk/go/common/util/retry).
const FIRST_WAIT_MS = 100;
const WAIT_FACTOR = 1.5;
const LONGEST_WAIT_MS = 5000;

/** A server that is only busy is asked for five seconds, however little patience there is for one that is down. */
const LEAST_CUT_OFF_LIMIT = 8;

/** The tries to reach one host. */
export class Tries {
  readonly #hop: SshHop;
  readonly #what: string;
  readonly #options: DialOptions;
  #failures = 0;

  constructor(hop: SshHop, what: string, options: DialOptions) {
    this.#hop = hop;
    this.#what = what;
    this.#options = options;
  }

  /** What the first try brings that does not fail. */
  async until<T>(attempt: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        await this.next(error);
      }
    }
  }

  /** Returns when it is time for the next try after `error`; throws it where there is to be none. */
  async next(error: unknown): Promise<void> {
    // A wrong key or password does not become right by asking again.
    if (!(error instanceof SshUnreachableError)) throw error;
    const { signal, onRetry } = this.#options;
    const limit = this.#limit(error);
    const failures = ++this.#failures;
    if (failures > limit) {
      throw new SshUnreachableError(`${error.message} (${failures} ${failures === 1 ? "try" : "tries"})`);
    }
    onRetry?.(
      `${this.#what} ${failures}/${limit === Number.POSITIVE_INFINITY ? "inf" : limit} failed: retrying`,
    );
    const waitMs = Math.min(FIRST_WAIT_MS * WAIT_FACTOR ** (failures - 1), LONGEST_WAIT_MS);
    await sleep(waitMs, undefined, { ...(signal && { signal }) });
  }

  #limit(error: SshUnreachableError): number {
    const { dialErrorLimit = 10 } = this.#hop;
    if (dialErrorLimit < 0) return Number.POSITIVE_INFINITY;
    return error instanceof SshCutOffError ? Math.max(dialErrorLimit, LEAST_CUT_OFF_LIMIT) : dialErrorLimit;
  }
}
