/** OpenSSH's server, started by the test on the loopback with Debian's settings. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import type { SshHop } from "../../ssh/target.ts";
import { type KeyPair, newKey } from "./server.ts";

export interface Sshd {
  /** The way in for the user who runs the test. */
  readonly way: SshHop;
  /** What it has said so far. */
  log(): string;
  close(): Promise<void>;
}

/** Starts it on a free port; `clientKey` is let in, `settings` are lines of sshd_config beside Debian's. */
export async function startSshd(clientKey: KeyPair, settings: readonly string[] = []): Promise<Sshd> {
  const directory = mkdtempSync(join(tmpdir(), "pulumi-lvs-sshd-"));
  const hostKey = newKey();
  const file = (name: string, text: string) => {
    writeFileSync(join(directory, name), text, { mode: 0o600 });
    return join(directory, name);
  };
  const port = await freePort();
  const config = [
    `ListenAddress 127.0.0.1:${port}`,
    `HostKey ${file("host_key", hostKey.private)}`,
    `AuthorizedKeysFile ${file("authorized_keys", clientKey.public)}`,
    "PidFile none",
    // The temporary directory is everybody's.
    "StrictModes no",
    "KbdInteractiveAuthentication no",
    "UsePAM yes",
    ...settings,
  ];
  // Made by the service, which is not running here.
  if (userInfo().uid === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  const daemon = spawn("/usr/sbin/sshd", ["-D", "-e", "-f", file("config", `${config.join("\n")}\n`)]);
  const said: string[] = [];
  daemon.stderr.on("data", (chunk: Buffer) => said.push(chunk.toString()));
  const log = () => said.join("");
  await expect.poll(log, { timeout: 10_000 }).toContain("Server listening");
  return {
    way: {
      host: "127.0.0.1",
      port,
      user: userInfo().username,
      privateKey: clientKey.private,
      hostKey: hostKey.public,
    },
    log,
    close: async () => {
      daemon.kill();
      await once(daemon, "close");
      rmSync(directory, { recursive: true });
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
