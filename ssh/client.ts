/** Runs commands on one host over SSH: one, after which the connection is closed, or several over one connection. */
import { StringDecoder } from "node:string_decoder";
import type { Client, ClientChannel } from "ssh2";
import { connect } from "./connect.ts";
import { endpointOf, SshConnectionLostError, type SshTarget } from "./target.ts";
import type { DialOptions } from "./tries.ts";

/** A command and how to feed and watch it. */
export interface SshCommand extends DialOptions {
  /** Command line, run by the login user's shell. */
  command: string;
  /** Text on the command's standard input; default: empty. */
  stdin?: string | undefined;
  /** Variables offered to the server, which ignores those its AcceptEnv does not name. */
  environment?: Record<string, string> | undefined;
  /** Seconds after which a command that has not ended counts as lost; default: it may take as long as the host answers at all. */
  longestSeconds?: number | undefined;
  /** Receives standard output as it arrives. */
  onStdout?: ((text: string) => void) | undefined;
  /** Receives standard error as it arrives. */
  onStderr?: ((text: string) => void) | undefined;
}

/** How a command ended; either `exitCode` or `signal` is set. */
export interface SshResult {
  stdout: string;
  stderr: string;
  exitCode: number | undefined;
  /** Name of the signal that killed the command, such as `SIGTERM`. */
  signal: string | undefined;
}

/** Runs the command and returns how it ended; throws an SshError when it could not be started or was cut off. */
export async function runOverSsh(target: SshTarget, command: SshCommand): Promise<SshResult> {
  const session = await openSession(target, command);
  try {
    return await session.run(command);
  } finally {
    session.close();
  }
}

/** A login that runs one command after the other. */
export interface SshSession {
  /** Whether the server has closed the connection, or it broke. */
  readonly isOver: boolean;
  /** Like {@link runOverSsh}. */
  run(command: SshCommand): Promise<SshResult>;
  close(): void;
}

/** Logs in; throws an SshError. */
export async function openSession(target: SshTarget, options: DialOptions = {}): Promise<SshSession> {
  const { client, close } = await connect(target, options);
  let isOver = false;
  client.once("close", () => {
    isOver = true;
  });
  return {
    get isOver() {
      return isOver;
    },
    run: (command) => execute(client, target, command),
    close,
  };
}

function execute(client: Client, target: SshTarget, command: SshCommand): Promise<SshResult> {
  const ending = new AbortController();
  const ended = new Promise<SshResult>((resolve, reject) => {
    const lost = (reason: string) =>
      reject(
        new SshConnectionLostError(
          `${endpointOf(target)}: the connection broke while the command ran (${reason}); it may still be running there`,
        ),
      );
    const failed = (error: Error) => lost(error.message);
    const closed = () => lost("closed by the server");
    client.on("error", failed).on("close", closed);
    ending.signal.addEventListener("abort", () => client.off("error", failed).off("close", closed));
    if (command.longestSeconds !== undefined) {
      const timer = setTimeout(
        () => lost(`no end within ${command.longestSeconds} s`),
        command.longestSeconds * 1000,
      );
      ending.signal.addEventListener("abort", () => clearTimeout(timer));
    }
    client.exec(command.command, { env: command.environment ?? {} }, (error, channel) => {
      if (error) return lost(error.message);
      collect(channel, command, (result) =>
        result.exitCode === undefined && result.signal === undefined
          ? lost("no exit status")
          : resolve(result),
      );
      channel.end(command.stdin ?? "");
    });
  });
  return ended.finally(() => ending.abort());
}

function collect(channel: ClientChannel, command: SshCommand, done: (result: SshResult) => void): void {
  const result: SshResult = { stdout: "", stderr: "", exitCode: undefined, signal: undefined };
  const stdout = new StringDecoder("utf8");
  const stderr = new StringDecoder("utf8");
  const take = (stream: "stdout" | "stderr", text: string) => {
    if (text === "") return;
    result[stream] += text;
    (stream === "stdout" ? command.onStdout : command.onStderr)?.(text);
  };
  channel.on("data", (chunk: Buffer) => take("stdout", stdout.write(chunk)));
  channel.stderr.on("data", (chunk: Buffer) => take("stderr", stderr.write(chunk)));
  channel.on("exit", (code: number | null, signal?: string) => {
    result.exitCode = code ?? undefined;
    result.signal = signal;
  });
  // A command that ends without reading its input breaks the pipe; its exit status is what counts.
  channel.on("error", () => undefined);
  channel.on("close", () => {
    take("stdout", stdout.end());
    take("stderr", stderr.end());
    done(result);
  });
}
