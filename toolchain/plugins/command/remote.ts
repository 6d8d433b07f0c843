/** `command:remote:Command`: a command on another host, over SSH. */
import { constants } from "node:os";
import { runOverSsh } from "../../../ssh/client.ts";
import type { SshHop, SshTarget } from "../../../ssh/target.ts";
import { commonInputs, type Outputs, previousOutputs, type Run, Transcript } from "./run.ts";
import type { ObjectSchema, Property } from "./schema.ts";

const login: Record<string, Property> = {
  host: { kind: "string", required: true },
  port: { kind: "number", default: 22 },
  user: { kind: "string", default: "root" },
  password: { kind: "string", secret: true },
  privateKey: { kind: "string", secret: true },
  privateKeyPassword: { kind: "string", secret: true },
  agentSocketPath: { kind: "string" },
  dialErrorLimit: { kind: "integer", default: 10 },
  perDialTimeout: { kind: "integer", default: 15 },
  hostKey: { kind: "string" },
};

/** Inputs of the resource. */
export const remoteInputs: ObjectSchema = {
  name: "remote.CommandInputs",
  properties: {
    ...commonInputs,
    connection: {
      required: true,
      secret: true,
      kind: {
        name: "remote.Connection",
        properties: { ...login, proxy: { kind: { name: "remote.ProxyConnection", properties: login } } },
      },
    },
    environment: {
      kind: "stringMap",
      refused: "SSH servers drop variables their AcceptEnv does not name; write `VAR=value command` instead",
    },
  },
};

/** A connection as the schema has checked it. */
interface Login {
  host: string;
  port: number;
  user: string;
  password?: string;
  privateKey?: string;
  privateKeyPassword?: string;
  agentSocketPath?: string;
  dialErrorLimit: number;
  perDialTimeout: number;
  hostKey?: string;
  proxy?: Login;
}

/** Runs the command on the resource's host. */
export async function runRemote(run: Run): Promise<Outputs> {
  const { proxy, ...connection } = run.inputs.connection as Login;
  const target: SshTarget = { ...hop(connection), ...(proxy && { jump: hop(proxy) }) };
  const transcript = new Transcript(run);
  const { exitCode, signal } = await runOverSsh(target, {
    command: run.command,
    stdin: run.inputs.stdin as string | undefined,
    environment: previousOutputs(run),
    onStdout: transcript.stdout,
    onStderr: transcript.stderr,
    onRetry: run.logLine,
    signal: run.signal,
  });
  if (exitCode !== 0) throw transcript.failure(describeExit(exitCode, signal));
  return transcript.outputs();
}

function hop({ privateKeyPassword, agentSocketPath, perDialTimeout, ...login }: Login): SshHop {
  const agentSocket = agentSocketPath ?? process.env.SSH_AUTH_SOCK;
  return {
    ...login,
    perDialTimeoutSeconds: perDialTimeout,
    ...(privateKeyPassword !== undefined && { passphrase: privateKeyPassword }),
    ...(agentSocket && { agentSocket }),
  };
}

/** How Go's SSH client words the end of a command. */
function describeExit(exitCode: number | undefined, signal: string | undefined): string {
  if (signal === undefined) return `Process exited with status ${exitCode}`;
  const numbers: Record<string, number> = constants.signals;
  return `Process exited with status ${128 + (numbers[signal] ?? 0)} from signal ${signal.replace(/^SIG/, "")}`;
}
