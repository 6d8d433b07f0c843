/** Opens one SSH connection and says plainly why it failed. */
import type { Duplex } from "node:stream";
import ssh2, { type AnyAuthMethod, type Client, type ConnectConfig } from "ssh2";
import { fingerprint, keyType, type PinnedHostKey, parseHostKey } from "./hostKey.ts";
import {
  endpointOf,
  SshAuthError,
  SshConfigError,
  SshCutOffError,
  type SshError,
  type SshHop,
  SshHostKeyError,
  SshUnreachableError,
} from "./target.ts";

/** Logs in, over a TCP connection of its own or `through` a given one; throws an {@link SshError}. */
export function dial(hop: SshHop, onConnect: () => void, through?: Duplex): Promise<Client> {
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
      .once("connect", onConnect)
      .once("ready", () => {
        client.setNoDelay(true);
        resolve(client);
      })
      .on("error", fail)
      .on("close", () => fail(new Error("the server closed the connection")))
      .connect(config);
  });
}

/** A TCP connection from the jump host to the target; throws an {@link SshUnreachableError}. */
export function forward(bastion: Client, hop: SshHop, jump: SshHop): Promise<Duplex> {
  const seconds = perDialTimeoutSeconds(hop);
  const route = `${endpointOf(hop)} cannot be reached from jump host ${endpointOf(jump)}`;
  return new Promise((resolve, reject) => {
    let isLate = false;
    const giveUp = () => {
      isLate = true;
      reject(new SshUnreachableError(`${route}: no answer in ${seconds} s`));
    };
    const timer = seconds > 0 ? setTimeout(giveUp, seconds * 1000) : undefined;
    const opened = (error: Error | undefined, channel: Duplex) => {
      clearTimeout(timer);
      if (error) return reject(refusal(route, error));
      if (isLate) channel.destroy();
      else resolve(channel);
    };
    try {
      bastion.forwardOut("127.0.0.1", 0, hop.host, hop.port ?? 22, opened);
    } catch (error) {
      clearTimeout(timer);
      reject(refusal(route, error as Error));
    }
  });
}

/** An error without a reason is not the jump host's answer: the connection to it is gone. */
function refusal(route: string, error: Error): SshUnreachableError {
  if ("reason" in error) {
    return new SshUnreachableError(`${route}: ${error.message.replace("(SSH) Channel open failure: ", "")}`);
  }
  return new SshCutOffError(`${route}: the connection to the jump host broke`);
}

function perDialTimeoutSeconds(hop: SshHop): number {
  return hop.perDialTimeoutSeconds ?? 15;
}

function pinnedKey(hop: SshHop): PinnedHostKey | undefined {
  if (hop.hostKey === undefined) return undefined;
  try {
    return parseHostKey(hop.hostKey);
  } catch (error) {
    throw new SshConfigError(`${endpointOf(hop)}: ${error instanceof Error ? error.message : error}`);
  }
}

function authMethods(hop: SshHop): AnyAuthMethod[] {
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
  hop: SshHop,
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
  if (/closed the connection|lost before handshake|ECONNRESET|EPIPE/.test(error.message)) {
    return new SshCutOffError(
      `${endpoint} is not reachable over SSH: it closes connections before login, as sshd does above its MaxStartups`,
    );
  }
  return new SshUnreachableError(`${endpoint} is not reachable over SSH: ${error.message}`);
}
