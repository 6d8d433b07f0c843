/** Changes to a cluster while clients use it. */
import { expect } from "vitest";
import { startLoad } from "../../load/load.ts";
import type { Settings } from "../fixtures.ts";
import type { TestStack } from "./stack.ts";

/**
 * Packets are dear on a guest director. What lasts longer than 25 ms is seen; `npm run bench:loss` has twelve times as
 * much. Where other tests keep the machine busy, a takeover may take more than three seconds, after which a client tries only
 * at the seventh (RFC 6298, 2.1 and 5.5). A connection that the director does not know ends with a reset by then.
 */
export const lightLoad = { newConnectionsPerSecond: 40, downloads: 1, patienceSeconds: 10 } as const;

/** What takes seconds to fetch, on these real servers, under `/large`. */
export async function layLargeFile(stack: TestStack, ...realServers: string[]): Promise<void> {
  const lay = (name: string) => stack.onHost(name, "truncate -s 40M /var/www/pulumi-lvs/large");
  await Promise.all(realServers.map(lay));
}

/** Brings the stack up with these settings while its VIP is under load, and returns what was shown; no request may be lost. */
export async function upUnderLoad(stack: TestStack, vip: string, settings: Settings): Promise<string> {
  const load = await startLoad(stack.container("client"), {
    url: `http://${vip}/`,
    downloadUrl: `http://${vip}/large`,
    ...lightLoad,
    keepAliveConnections: 2,
  });
  stack.configure(settings);
  const { shown } = await stack.must("up");
  const report = await load.stop();
  expect(report).toMatchObject({ lost: 0, losses: [] });
  expect(report.requests).toBeGreaterThan(500);
  return shown;
}
