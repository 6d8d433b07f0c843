/** The SSH client against a server in the same process. */
import { generateKeyPairSync } from "node:crypto";
import ssh2 from "ssh2";
import { expect, onTestFinished, test } from "vitest";
import { runOverSsh } from "../../ssh/client.ts";
import { fingerprint, parseHostKey } from "../../ssh/hostKey.ts";
import {
  SshAuthError,
  SshConfigError,
  SshConnectionLostError,
  SshHostKeyError,
  type SshTarget,
  SshUnreachableError,
} from "../../ssh/target.ts";
import { newKey, startServer, type TestServer } from "./server.ts";

async function serve(options: Parameters<typeof startServer>[0] = {}): Promise<[TestServer, SshTarget]> {
  const server = await startServer(options);
  onTestFinished(server.close);
  const { port, hostKey, clientKey } = server;
  return [
    server,
    { host: "127.0.0.1", port, privateKey: clientKey.private, hostKey: hostKey.public, dialErrorLimit: 0 },
  ];
}

test("returns what the command printed and how it ended, and closes the connection", async () => {
  const [server, target] = await serve();
  const pieces: string[] = [];
  const command = "cat; echo wörld >&2; exit 7";
  const result = await runOverSsh(target, { command, stdin: "hello", onStdout: (text) => pieces.push(text) });
  expect(result).toEqual({ stdout: "hello", stderr: "wörld\n", exitCode: 7, signal: undefined });
  expect(pieces.join("")).toBe("hello");
  await expect.poll(server.openConnections).toBe(0);
});

test("reports the signal that killed the command", async () => {
  const [, target] = await serve();
  const result = await runOverSsh(target, { command: "kill -TERM $$" });
  expect(result).toMatchObject({ exitCode: undefined, signal: "SIGTERM" });
});

test("a command that ends without reading its input is not an error", async () => {
  const [, target] = await serve();
  const result = await runOverSsh(target, { command: "exit 0", stdin: "x".repeat(3_000_000) });
  expect(result.exitCode).toBe(0);
});

test("gives up on a command that takes longer than it may", async () => {
  const [server, target] = await serve();
  const attempt = runOverSsh(target, { command: "sleep 20", longestSeconds: 0.2 });
  await expect(attempt).rejects.toThrow(SshConnectionLostError);
  await expect(attempt).rejects.toThrow("no end within 0.2 s");
  await expect.poll(server.openConnections).toBe(0);
});

test("logs in with a password, and with an encrypted key", async () => {
  const [, { privateKey: _unused, ...target }] = await serve({ password: "secret" });
  expect((await runOverSsh({ ...target, password: "secret" }, { command: "true" })).exitCode).toBe(0);

  const [encrypted, byKey] = await serve();
  const pair = ssh2.utils.generateKeyPairSync("ed25519", {
    passphrase: "pass",
    cipher: "aes256-cbc",
    rounds: 4,
  });
  encrypted.clientKey.public = pair.public;
  const withKey = { ...byKey, privateKey: pair.private };
  expect((await runOverSsh({ ...withKey, passphrase: "pass" }, { command: "true" })).exitCode).toBe(0);
  await expect(runOverSsh(withKey, { command: "true" })).rejects.toThrow(SshConfigError);
});

test("refuses a server with another key, naming both fingerprints", async () => {
  const [server, target] = await serve();
  const other = newKey().public;
  const attempt = runOverSsh({ ...target, hostKey: other }, { command: "true" });
  await expect(attempt).rejects.toThrow(SshHostKeyError);
  await expect(attempt).rejects.toThrow(fingerprint(parseHostKey(other).blob));
  await expect(attempt).rejects.toThrow(fingerprint(parseHostKey(server.hostKey.public).blob));
});

test("refuses a server that has no key of the pinned type", async () => {
  const [, target] = await serve();
  const hostKey = ssh2.utils.generateKeyPairSync("ecdsa", { bits: 256 }).public;
  const attempt = runOverSsh({ ...target, hostKey }, { command: "true" });
  await expect(attempt).rejects.toThrow(SshHostKeyError);
  await expect(attempt).rejects.toThrow("has no ecdsa-sha2-nistp256 host key");
});

test("accepts any host key when none is pinned", async () => {
  const [, { hostKey: _unpinned, ...target }] = await serve();
  expect((await runOverSsh(target, { command: "true" })).exitCode).toBe(0);
});

test("refuses a host key line or a private key that is none", async () => {
  const [, target] = await serve();
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  for (const hostKey of ["AAAA", "ssh-ed25519", "ssh-ed25519 AAAA", "ssh-dss AAAA"]) {
    await expect(runOverSsh({ ...target, hostKey }, { command: "true" })).rejects.toThrow(SshConfigError);
  }
  await expect(runOverSsh({ ...target, privateKey: "none" }, { command: "true" })).rejects.toThrow(
    SshConfigError,
  );
  await expect(runOverSsh({ ...target, privateKey: pem }, { command: "true" })).rejects.toThrow(
    SshConfigError,
  );
});

test("says who was refused when no credential is accepted, and does not try again", async () => {
  const [server, target] = await serve();
  const retries: string[] = [];
  const attempt = runOverSsh(
    { ...target, privateKey: newKey().private, user: "admin", dialErrorLimit: 5 },
    { command: "true", onRetry: (message) => retries.push(message) },
  );
  await expect(attempt).rejects.toThrow(SshAuthError);
  await expect(attempt).rejects.toThrow(`127.0.0.1:${server.port} refuses to log in admin`);
  expect(retries).toEqual([]);
});

test("dials again until the server is there", async () => {
  const gone = await startServer();
  await gone.close();
  const retries: string[] = [];
  const attempt = runOverSsh(
    { host: "127.0.0.1", port: gone.port, privateKey: gone.clientKey.private, dialErrorLimit: 20 },
    { command: "echo back", onRetry: (message) => retries.push(message) },
  );
  await expect.poll(() => retries.length).toBeGreaterThan(0);
  const back = await startServer({ port: gone.port, clientKey: gone.clientKey });
  onTestFinished(back.close);
  expect((await attempt).stdout).toBe("back\n");
  expect(retries[0]).toBe("Dial 1/20 failed: retrying");
});

test("gives up on a server that does not answer, and stops at once when cancelled", async () => {
  const gone = await startServer();
  await gone.close();
  const target = { host: "127.0.0.1", port: gone.port, privateKey: gone.clientKey.private };
  await expect(runOverSsh({ ...target, dialErrorLimit: 1 }, { command: "true" })).rejects.toThrow(
    SshUnreachableError,
  );
  const cancelled = runOverSsh(
    { ...target, dialErrorLimit: -1 },
    { command: "true", signal: AbortSignal.timeout(50) },
  );
  await expect(cancelled).rejects.toThrow(/abort/i);
});

test("says that a command may still run when the connection breaks under it", async () => {
  const [server, target] = await serve();
  const attempt = runOverSsh(target, { command: "sleep 5", onStdout: () => undefined });
  const outcome = expect(attempt).rejects.toThrow(SshConnectionLostError);
  await expect.poll(() => server.executions.length).toBe(1);
  await server.close();
  await outcome;
});

test("a jump host that cannot reach the target is named with the reason", async () => {
  const [jump, hop] = await serve();
  const gone = await startServer();
  await gone.close();
  const attempt = runOverSsh({ ...hop, port: gone.port, jump: hop }, { command: "true" });
  await expect(attempt).rejects.toThrow(
    `127.0.0.1:${gone.port} cannot be reached from jump host 127.0.0.1:${jump.port}`,
  );
  await expect.poll(jump.openConnections).toBe(0);
});
