/** The load that proves that changes lose nothing: that it sees every way in which a request can be lost. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { LoadReport } from "../../load/account.ts";
import { type LoadPlan, startLoad } from "../../load/load.ts";
import { soloLab } from "../fixtures.ts";
import { engine } from "./healthEngine.ts";
import { TestStack } from "./stack.ts";
import { layLargeFile } from "./underLoad.ts";
import { startUnreliableServer } from "./unreliableServer.ts";

const vip = "198.18.97.100";
const gateway = "198.18.97.1";
const stack = new TestStack("test-load");
const settings = soloLab("198.18.97");
const mixture = { newConnectionsPerSecond: 200, keepAliveConnections: 12, downloads: 3 };
const plan: LoadPlan = { ...mixture, url: `http://${vip}/`, downloadUrl: `http://${vip}/large` };

/** The report on the load that runs while `disturb` does, and some seconds before and after. */
async function loadDuring(disturb: () => Promise<unknown>): Promise<LoadReport> {
  const load = await startLoad(stack.container("client"), plan);
  await sleep(2000);
  await disturb();
  return load.stop();
}

beforeAll(async () => {
  await stack.begin(settings);
  await stack.must("up");
  await layLargeFile(stack, "web1", "web2");
});
afterAll(() => stack.dispose());

describe("the load", () => {
  it("loses nothing on a cluster that is left alone", async () => {
    const report = await loadDuring(() => sleep(3000));
    expect(report).toMatchObject({ lost: 0, losses: [] });
    const { newConnections, keepAlive, downloads } = report.byKind;
    expect(newConnections.requests).toBeGreaterThan(500);
    expect(keepAlive.requests).toBeGreaterThan(500);
    expect(downloads.completed).toBeGreaterThanOrEqual(mixture.downloads);
    expect(report.requests).toBe(newConnections.requests + keepAlive.requests + downloads.completed);
  });

  it("counts as lost exactly what a server has not answered as it should", async () => {
    const server = await startUnreliableServer(gateway);
    try {
      const load = await startLoad(stack.container("client"), {
        ...mixture,
        url: server.url,
        downloadUrl: server.url,
      });
      await sleep(4000);
      const report = await load.stop();
      const { "idle close": idleCloses, "announced close": _, ...losses } = Object.fromEntries(server.done);
      expect(Object.keys(losses).sort()).toEqual(["no answer", "reset", "short answer", "silence"]);
      expect(report.lost).toBe(Object.values(losses).reduce((sum, count) => sum + count, 0));
      // A connection that is closed after its last request is seen by nobody.
      const unseen = (idleCloses ?? 0) - report.byKind.keepAlive.closedIdle;
      expect(unseen).toBeGreaterThanOrEqual(0);
      expect(unseen).toBeLessThanOrEqual(mixture.keepAliveConnections);
      expect(report.byKind.keepAlive.closedIdle).toBeGreaterThan(0);
      expect(report.byKind.newConnections.lost).toBeGreaterThan(0);
      expect(report.byKind.keepAlive.lost).toBeGreaterThan(0);
    } finally {
      server.close();
    }
  });

  it("sees a service that is deleted: every kind of request is lost", async () => {
    const rules = await stack.onHost("lb1", `ipvsadm -Sn | grep -F -- '-t ${vip}:80 '`);
    const report = await loadDuring(async () => {
      await stack.onHost("lb1", `ipvsadm -D -t ${vip}:80`);
      await sleep(1000);
      await stack.onHost("lb1", "ipvsadm -R", rules);
    });
    expect(report.byKind.newConnections.lost).toBeGreaterThan(50);
    expect(report.byKind.keepAlive.lost).toBeGreaterThan(0);
    expect(report.byKind.downloads.lost).toBeGreaterThan(0);
    expect(report.longestGapMs).toBeGreaterThanOrEqual(900);
    expect(report.losses[0]?.error).toMatch(/refused|reset|ended without/);
  });

  it("sees connections that are reset: Apache's workers are killed", async () => {
    const kill = 'pkill -KILL --parent "$(cat /run/apache2/apache2.pid)"';
    const report = await loadDuring(() =>
      Promise.all(["web1", "web2"].map((name) => stack.onHost(name, kill))),
    );
    const { keepAlive, downloads } = report.byKind;
    expect(keepAlive.lost + keepAlive.closedIdle).toBeGreaterThan(0);
    expect(downloads.lost).toBeGreaterThan(0);
  });

  it("sees packets that nobody answers: the VIP is missing from a loopback", async () => {
    // Its health check would take the real server out before most connections have waited too long.
    await stack.onHost("lb1", `systemctl stop ${engine.unit}`);
    const report = await loadDuring(async () => {
      await stack.onHost("web1", `ip address delete ${vip}/32 dev lo`);
      // Curl averages a speed over 5 s before it counts the 5 s of its patience.
      await sleep(12_000);
      await stack.onHost("web1", `ip address add ${vip}/32 dev lo`);
    });
    await stack.onHost("lb1", `systemctl start ${engine.unit}`);
    expect(report.byKind.newConnections.lost).toBeGreaterThan(50);
    expect(report.byKind.keepAlive.lost).toBeGreaterThan(0);
    expect(report.losses.map(({ error }) => error).join("\n")).toMatch(
      /deadline exceeded|timed out|too slow/,
    );
  });

  it("ends by itself where nobody stops it, and does not pass for a whole measurement", async () => {
    const load = await startLoad(stack.container("client"), { ...plan, longestSeconds: 1 });
    await vi.waitFor(
      async () => expect(await stack.fromClient("pgrep -c 'vegeta|curl|pulumi-lvs-load'")).toBe("0"),
      { timeout: 60_000, interval: 500 },
    );
    await expect(load.stop()).rejects.toThrow("over before it was stopped");
  });
});
