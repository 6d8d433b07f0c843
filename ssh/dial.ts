/** Opens one SSH connection: repeats a dial as Pulumi's command provider does and says plainly why it failed. */
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import ssh2, { type AnyAuthMethod, type Client, type ConnectConfig } from "ssh2";
import { fingerprint, keyType, type PinnedHostKey, parseHostKey } from "./hostKey.ts";
import {
  endpointOf,
  SshAuthError,
  SshConfigError,
  type SshError,
  SshHostKeyError,
  type SshTarget,
  SshUnreachableError,
} from "./target.ts";

type Hop = Omit<SshTarget, "jump">;

/** Notes about a dial under way. */
export interface DialOptions {
  /** Ends the wait between two dials when aborted. */
  signal?: AbortSignal | undefined;
  /** Called before each new try, in the words of Pulumi's provider: `Dial 3/10 failed: retrying`. */
  onRetry?: ((message: string) => void) | undefined;
}

/** An open connection; closing it also closes the one to the jump host. */
export interface Connection {
  client: Client;
  close(): void;
}

// The waits of Pulumi's retry package (sdk/go/common/util/retry).
const FIRST_WAIT_MS = 100;
const WAIT_FACTOR = 1.5;
const LONGEST_WAIT_MS = 5000;

/** Connects to the target, through its jump host when it has one; throws an {@link SshError}. */
export async function connect(target: SshTarget, options: DialOptions = {}): Promise<Connection> {
  const { jump, ...hop } = target;
  if (jump === undefined) {
    const client = await retrying(hop, "Dial", options, () => dial(hop));
    return { client, close: () => client.end() };
  }
  const bastion = await retrying(jump, "Dial proxy", options, () => dial(jump));
  try {
    const client = await retrying(hop, "Dial from proxy", options, async () =>
      dial(hop, await forward(bastion, hop, jump)),
    );
    const close = () => {
      client.end();
      bastion.end();
    };
    return { client, close };
  } catch (error) {
    bastion.end();
    throw error;
  }
}

async function retrying<T>(
  hop: Hop,
  what: string,
  options: DialOptions,
  attempt: () => Promise<T>,
): Promise<T> {
  const limit = hop.dialErrorLimit ?? 10;
  for (let failures = 1, waitMs = FIRST_WAIT_MS; ; failures++, waitMs *= WAIT_FACTOR) {
    try {
      return await attempt();
    } catch (error) {
      // A wrong key or password does not become right by asking again.
      if (!(error instanceof SshUnreachableError)) throw error;
      if (limit >= 0 && failures > limit) {
        throw new SshUnreachableError(`${error.message} (${failures} ${failures === 1 ? "try" : "tries"})`);
      }
      options.onRetry?.(`${what} ${failures}/${limit < 0 ? "inf" : limit} failed: retrying`);
      await sleep(Math.min(waitMs, LONGEST_WAIT_MS), undefined, {
        ...(options.signal && { signal: options.signal }),
      });
    }
  }
}

function forward(bastion: Client, hop: Hop, jump: Hop): Promise<Duplex> {
  const seconds = perDialTimeoutSeconds(hop);
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => {
      const route = `${endpointOf(hop)} cannot be reached from jump host ${endpointOf(jump)}`;
      reject(new SshUnreachableError(`${route}: ${reason}`));
    };
    const timer = seconds > 0 ? setTimeout(fail, seconds * 1000, `no answer in ${seconds} s`) : undefined;
    bastion.forwardOut("127.0.0.1", 0, hop.host, hop.port ?? 22, (error, channel) => {
      clearTimeout(timer);
      if (error) fail(error.message.replace("(SSH) Channel open failure: ", ""));
      else resolve(channel);
    });
  });
}

function perDialTimeoutSeconds(hop: Hop): number {
  return hop.perDialTimeoutSeconds ?? 15;
}

function dial(hop: Hop, through?: Duplex): Promise<Client> {
  const pinned = pinnedKey(hop);
  let shown: Buffer | undefined;
  const config: ConnectConfig = {
    host: hop.host,
    port: hop.port ?? 22,
    username: hop.user ?? "root",
    authHandler: authMethods(hop),
    readyTimeout: perDialTimeoutSeconds(hop) * 1000,
    // Without it a host that loses power while a command is silent would be waited for without end.
    keepaliveInterval: 15_000,
    keepaliveCountMax: 8,
    ...(through && { sock: through }),
    ...(pinned && { algorithms: { serverHostKey: pinned.algorithms } }),
    hostVerifier: (key: Buffer) => {
      shown = key;
      return pinned === undefined || key.equals(pinned.blob);
    },
  };
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    const fail = (error: Error & { level?: string }) => {
      client.destroy();
      reject(classify(hop, error, pinned, shown));
    };
    client
      .once("ready", () => {
        client.setNoDelay(true);
        resolve(client);
      })
      .on("error", fail)
      .on("close", () => fail(new Error("the server closed the connection")))
      .connect(config);
  });
}

function pinnedKey(hop: Hop): PinnedHostKey | undefined {
  if (hop.hostKey === undefined) return undefined;
  try {
    return parseHostKey(hop.hostKey);
  } catch (error) {
    throw new SshConfigError(`${endpointOf(hop)}: ${error instanceof Error ? error.message : error}`);
  }
}

function authMethods(hop: Hop): AnyAuthMethod[] {
  const { password, privateKey, agentSocket, passphrase } = hop;
  const username = hop.user ?? "root";
  const methods: AnyAuthMethod[] = [];
  if (privateKey !== undefined) {
    const key = ssh2.utils.parseKey(privateKey, passphrase);
    if (key instanceof Error) throw new SshConfigError(`${endpointOf(hop)}: private key: ${key.message}`);
    methods.push({ type: "publickey", username, key });
  }
  if (password !== undefined) {
    methods.push({ type: "password", username, password });
    methods.push({
      type: "keyboard-interactive",
      username,
      prompt: (_name, _instructions, _lang, prompts, finish) => finish(prompts.map(() => password)),
    });
  }
  if (agentSocket !== undefined) methods.push({ type: "agent", username, agent: agentSocket });
  return methods;
}

function classify(
  hop: Hop,
  error: Error & { level?: string },
  pinned?: PinnedHostKey,
  shown?: Buffer,
): SshError {
  const endpoint = endpointOf(hop);
  if (pinned !== undefined && shown !== undefined && !shown.equals(pinned.blob)) {
    return new SshHostKeyError(
      `${endpoint} shows another host key than the pinned one: expected ${pinned.type} ${fingerprint(pinned.blob)}, ` +
        `got ${keyType(shown)} ${fingerprint(shown)}. Pin the new key only if you know why it changed`,
    );
  }
  if (pinned !== undefined && /no matching (host key|server host key)/i.test(error.message)) {
    return new SshHostKeyError(
      `${endpoint} has no ${pinned.type} host key: expected ${pinned.type} ${fingerprint(pinned.blob)}. ` +
        "Pin a key of a type the server has (ssh-keyscan shows them)",
    );
  }
  if (error.level === "client-authentication") {
    const given = [...new Set(authMethods(hop).map(({ type }) => type))].join(", ");
    return new SshAuthError(
      `${endpoint} refuses to log in ${hop.user ?? "root"}: none of the given credentials was accepted (${given || "none given"})`,
    );
  }
  return new SshUnreachableError(`${endpoint} is not reachable over SSH: ${error.message}`);
}
