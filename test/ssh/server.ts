/** An SSH server inside the test: runs what it is told with bash and remembers it. */
import { spawn } from "node:child_process";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import ssh2, {
  type AuthContext,
  type Connection,
  type PublicKeyAuthContext,
  type ServerChannel,
  type Session,
} from "ssh2";

/** A key pair: OpenSSH private key text and authorized_keys line. */
export interface KeyPair {
  private: string;
  public: string;
}

/** One command the server was given. */
export interface Execution {
  command: string;
  stdin: string;
  environment: Record<string, string>;
}

/** A server that is running. */
export interface TestServer {
  port: number;
  /** The key it shows. */
  hostKey: KeyPair;
  /** The key it lets in, as any user. */
  clientKey: KeyPair;
  executions: Execution[];
  /** Connections that were asked to be forwarded, as `host:port`. */
  forwarded: string[];
  /** Clients that have logged in so far. */
  logins(): number;
  /** The most that were logging in at a time. */
  mostLoggingIn(): number;
  openConnections(): number;
  openForwards(): number;
  /** Cuts all connections off and goes on listening. */
  cutOff(): void;
  close(): Promise<void>;
}

/** What a test may want otherwise. */
export interface ServerOptions {
  /** Accepted only when given. */
  password?: string;
  /** Default: a free one. */
  port?: number;
  /** Default: a new one. */
  clientKey?: KeyPair;
  /** Connections that are closed at once before the first one is served, as sshd does above its MaxStartups. */
  refusals?: number;
  /** What a login takes at least. */
  loginMs?: number;
}

/** A new Ed25519 key, with a passphrase only when one is given. */
export function newKey(passphrase?: string): KeyPair {
  const encryption =
    passphrase === undefined ? undefined : { passphrase, cipher: "aes256-ctr" as const, rounds: 16 };
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync("ed25519", encryption);
    // ssh2 1.17 writes about one key in 400 in a form that does not sign.
    const privateKey = ssh2.utils.parseKey(pair.private, passphrase);
    const publicKey = ssh2.utils.parseKey(pair.public);
    if (privateKey instanceof Error || publicKey instanceof Error) continue;
    const signature = privateKey.sign("probe");
    if (Buffer.isBuffer(signature) && publicKey.verify("probe", signature) === true) return pair;
  }
}

/** Starts a server on the loopback. */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const hostKey = newKey();
  const clientKey = options.clientKey ?? newKey();
  const executions: Execution[] = [];
  const forwarded: string[] = [];
  const connections = new Set<Connection>();
  const forwards = new Set<Socket>();
  const count = { refusals: options.refusals ?? 0, logins: 0, loggingIn: 0, mostLoggingIn: 0 };
  const ssh = new ssh2.Server({ hostKeys: [hostKey.private] }, (connection) => {
    connections.add(connection);
    count.mostLoggingIn = Math.max(count.mostLoggingIn, ++count.loggingIn);
    const loggedIn = () => void count.loggingIn--;
    connection.once("ready", () => {
      count.logins++;
      loggedIn();
      connection.off("close", loggedIn);
    });
    connection.on("error", () => undefined).once("close", loggedIn);
    connection.on("close", () => connections.delete(connection));
    connection.on("authentication", async (context) => {
      await sleep(options.loginMs ?? 0);
      authenticate(context, clientKey, options.password);
    });
    connection.on("session", (accept) => serveSession(accept(), executions));
    connection.on("tcpip", (accept, reject, { destIP, destPort }) => {
      forwarded.push(`${destIP}:${destPort}`);
      const target = connect(destPort, destIP);
      forwards.add(target);
      target.on("close", () => forwards.delete(target));
      target.on("error", () => reject());
      target.on("connect", () => {
        const channel = accept();
        channel.pipe(target).pipe(channel);
      });
    });
  });
  const server = createServer((socket) => {
    if (count.refusals-- > 0) socket.destroy();
    else ssh.injectSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  const cutOff = () => {
    for (const connection of connections) connection.end();
  };
  return {
    port: (server.address() as AddressInfo).port,
    hostKey,
    clientKey,
    executions,
    forwarded,
    logins: () => count.logins,
    mostLoggingIn: () => count.mostLoggingIn,
    openConnections: () => connections.size,
    openForwards: () => forwards.size,
    cutOff,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cutOff();
      }),
  };
}

function authenticate(context: AuthContext, clientKey: KeyPair, password: string | undefined): void {
  const accepted =
    (context.method === "password" && context.password === password) ||
    (context.method === "publickey" && owns(context, clientKey));
  if (accepted) context.accept();
  else context.reject(["publickey", "password"]);
}

/** A client first asks whether the key would do, then proves that it has it. */
function owns({ key, signature, blob, hashAlgo }: PublicKeyAuthContext, clientKey: KeyPair): boolean {
  const allowed = ssh2.utils.parseKey(clientKey.public);
  if (allowed instanceof Error) throw allowed;
  if (!key.data.equals(allowed.getPublicSSH())) return false;
  return signature === undefined || blob === undefined || allowed.verify(blob, signature, hashAlgo) === true;
}

function serveSession(session: Session, executions: Execution[]): void {
  const environment: Record<string, string> = {};
  session.on("env", (accept, _reject, { key, val }) => {
    environment[key] = val;
    accept?.();
  });
  session.on("exec", (accept, _reject, { command }) => {
    const execution = { command, stdin: "", environment };
    executions.push(execution);
    execute(accept(), execution);
  });
}

function execute(channel: ServerChannel, execution: Execution): void {
  const child = spawn("bash", ["-c", execution.command], {
    env: { ...process.env, ...execution.environment },
  });
  channel.on("data", (chunk: Buffer) => {
    execution.stdin += chunk.toString();
    child.stdin.write(chunk);
  });
  channel.on("end", () => child.stdin.end());
  child.stdin.on("error", () => undefined);
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  child.on("close", (code, signal) => {
    if (signal !== null) channel.exit(signal.replace("SIG", ""));
    else channel.exit(code ?? 0);
    channel.end();
  });
}
