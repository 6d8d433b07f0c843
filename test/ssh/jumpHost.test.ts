/** Many targets at once, through a jump host of default settings and without one. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { runOverSsh } from "../../ssh/client.ts";
import {
  SshAuthError,
  SshConnectionLostError,
  type SshHop,
  SshHostKeyError,
  type SshTarget,
  SshUnreachableError,
} from "../../ssh/target.ts";
import { newKey, type ServerOptions, startServer, type TestServer } from "./server.ts";
import { startSshd } from "./sshd.ts";

const clientKey = newKey();

/** As `status` and a preview ask: once, and not for long. */
const brief = { dialErrorLimit: 0, perDialTimeoutSeconds: 5 };

/** Other tests run beside these. */
const patiently = { timeout: 20_000 };

async function serve(options: ServerOptions = {}): Promise<[TestServer, SshHop]> {
  const server = await startServer({ clientKey, ...options });
  onTestFinished(server.close);
  const way = { host: "127.0.0.1", port: server.port, privateKey: clientKey.private, dialErrorLimit: 0 };
  return [server, { ...way, hostKey: server.hostKey.public }];
}

/** A port like that of a machine that is off: but for the first two, nobody gets a connection. */
async function serveSilence(): Promise<SshHop> {
  const listen =
    'my $s = IO::Socket::INET->new(LocalAddr => "127.0.0.1", Listen => 1); print $s->sockport, "\\n"; sleep';
  const listener = spawn("perl", ["-MIO::Socket::INET", "-e", `$| = 1; ${listen}`]);
  onTestFinished(() => void listener.kill());
  const [port] = (await once(listener.stdout, "data")) as [Buffer];
  return { host: "127.0.0.1", port: Number(port), privateKey: clientKey.private, dialErrorLimit: 0 };
}

function runAll(
  targets: readonly SshTarget[],
  command = "echo hello",
): Promise<PromiseSettledResult<string>[]> {
  return Promise.allSettled(targets.map(async (target) => (await runOverSsh(target, { command })).stdout));
}

function failuresOf(results: readonly PromiseSettledResult<string>[]): unknown[] {
  return results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
}

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}

test("a jump host of default settings logs in once for 61 targets behind it", async () => {
  const sshd = await startSshd(clientKey);
  onTestFinished(sshd.close);
  const targets = await Promise.all(times(61, () => serve()));

  const results = await runAll(
    targets.map(([, way]) => ({ ...way, ...brief, jump: { ...sshd.way, ...brief } })),
  );

  expect(failuresOf(results)).toEqual([]);
  expect(sshd.log().match(/^Accepted publickey/gm)).toHaveLength(1);
  await expect.poll(sshd.log, patiently).toMatch(/^Disconnected from user|^Received disconnect/m);
});

test("few log in at a time behind a jump host, over one connection to it", async () => {
  const [jump, jumpWay] = await serve();
  const [target, way] = await serve({ loginMs: 700 });

  const results = await runAll(times(16, () => ({ ...way, jump: jumpWay })));

  expect(failuresOf(results)).toEqual([]);
  expect(target.mostLoggingIn()).toBeLessThanOrEqual(8);
  expect(jump.logins()).toBe(1);
});

test("hosts without a jump host are logged in to thirty at a time", async () => {
  const [target, way] = await serve({ loginMs: 50 });
  const results = await runAll(times(100, () => way));
  expect(failuresOf(results)).toEqual([]);
  expect(target.mostLoggingIn()).toBeLessThanOrEqual(30);
});

test("hosts that do not answer are told of in time, and keep nobody waiting for it", async () => {
  const [, way] = await serve();
  const silent = { ...(await serveSilence()), perDialTimeoutSeconds: 3 };
  const begin = performance.now();
  const told: string[] = [];
  const failures = times(31, () =>
    runOverSsh(silent, { command: "true" }).catch((error) => told.push(error.name)),
  );

  await runOverSsh(way, { command: "true" });

  expect(told).toEqual([]);
  await Promise.all(failures);
  expect(told).toEqual(times(31, () => "SshUnreachableError"));
  // The last one has waited a second for its turn, and has then had its three.
  expect(performance.now() - begin).toBeGreaterThan(3900);
  expect(performance.now() - begin).toBeLessThan(10_000);
});

test("a start that is refused is tried again, however little patience there is", async () => {
  const [jump, jumpWay] = await serve({ refusals: 3 });
  const [, way] = await serve({ refusals: 3 });
  const retries: string[] = [];
  const target = { ...way, jump: jumpWay };

  await runOverSsh(target, { command: "true", onRetry: (message) => retries.push(message) });

  expect(retries).toEqual([
    ...[1, 2, 3].map((count) => `Dial proxy ${count}/8 failed: retrying`),
    ...[1, 2, 3].map((count) => `Dial from proxy ${count}/8 failed: retrying`),
  ]);
  expect(jump.logins()).toBe(1);
});

test("a server that refuses every start is told of after five seconds of trying", async () => {
  const [, way] = await serve({ refusals: 1000 });
  const attempt = runOverSsh(way, { command: "true" });
  await expect(attempt).rejects.toThrow(SshUnreachableError);
  await expect(attempt).rejects.toThrow(
    "closes connections before login, as sshd does above its MaxStartups (9 tries)",
  );
});

test("a jump connection that breaks cuts off what goes through it, and is opened anew for who comes later", async () => {
  const [jump, jumpWay] = await serve();
  const [target, way] = await serve();
  const underWay = runAll(
    [0, 1].map(() => ({ ...way, jump: jumpWay })),
    "sleep 30",
  );
  await expect.poll(() => target.executions.length, patiently).toBe(2);

  jump.cutOff();

  expect(failuresOf(await underWay)).toEqual([
    expect.any(SshConnectionLostError),
    expect.any(SshConnectionLostError),
  ]);
  expect((await runOverSsh({ ...way, jump: jumpWay }, { command: "echo back" })).stdout).toBe("back\n");
  expect(jump.logins()).toBe(2);
});

test("a jump connection that breaks before logins behind it is opened anew for them", async () => {
  const [jump, jumpWay] = await serve();
  const [target, way] = await serve({ loginMs: 300 });
  // Some are being logged in, others wait for their turn.
  const results = runAll(times(10, () => ({ ...way, jump: jumpWay })));
  await expect.poll(target.openConnections, patiently).toBe(8);
  jump.cutOff();
  expect(failuresOf(await results)).toEqual([]);
  expect(jump.logins()).toBe(2);
});

test("a jump host with another key is told of for each target", async () => {
  const [, jumpWay] = await serve();
  const [, way] = await serve();
  const jump = { ...jumpWay, hostKey: newKey().public };
  const failures = failuresOf(await runAll(times(5, () => ({ ...way, jump }))));
  expect(failures).toEqual(times(5, () => expect.any(SshHostKeyError)));
});

test("nobody goes through a jump host on another one's login", async () => {
  const [jump, jumpWay] = await serve();
  const [target, way] = await serve();
  const underWay = runAll([{ ...way, jump: jumpWay }], "sleep 30");
  await expect.poll(() => target.executions.length, patiently).toBe(1);

  const stranger = { ...jumpWay, privateKey: newKey().private };
  await expect(runOverSsh({ ...way, jump: stranger }, { command: "true" })).rejects.toThrow(SshAuthError);
  const suspicious = { ...jumpWay, hostKey: newKey().public };
  await expect(runOverSsh({ ...way, jump: suspicious }, { command: "true" })).rejects.toThrow(
    SshHostKeyError,
  );
  const other = { ...jumpWay, user: "other" };
  await runOverSsh({ ...way, jump: other }, { command: "true" });

  target.cutOff();
  await underWay;
  expect(jump.logins()).toBe(2);
});

test("what one target has used of a jump connection is closed while others go on", async () => {
  const [jump, jumpWay] = await serve();
  const [target, way] = await serve();
  const underWay = runAll([{ ...way, jump: jumpWay }], "sleep 30");
  await expect.poll(() => target.executions.length, patiently).toBe(1);

  await runAll(times(3, () => ({ ...way, jump: jumpWay })));

  await expect.poll(jump.openForwards, patiently).toBe(1);
  target.cutOff();
  await underWay;
  await expect.poll(jump.openConnections, patiently).toBe(0);
});

test("who is cancelled while waiting for his turn does not start", async () => {
  const silent = { ...(await serveSilence()), perDialTimeoutSeconds: 1 };
  const [target, way] = await serve();
  const waiting = runAll(times(30, () => silent));
  const attempt = runOverSsh(way, { command: "true", signal: AbortSignal.timeout(100) });
  await expect(attempt).rejects.toThrow(/abort/i);
  expect(target.logins()).toBe(0);
  await waiting;
});
