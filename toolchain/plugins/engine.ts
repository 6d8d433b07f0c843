/** The way back from a plugin to the engine: lines shown beside a resource while an update runs. */
import * as grpc from "@grpc/grpc-js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/engine_pb.js";

/** One line for the user. */
export interface LogLine {
  readonly severity: "info" | "warning";
  /** The resource it is about. */
  readonly urn: string;
  readonly message: string;
  /** Whether the line is only progress, not kept in the update's diagnostics. */
  readonly ephemeral: boolean;
}

/** The engine, as far as a plugin speaks to it. */
export interface Engine {
  log(line: LogLine): void;
  /** Resolves when every line so far has reached the engine. */
  flushed(): Promise<void>;
}

/** Connects to the engine whose address is the first plain argument of a plugin; without one, lines are dropped. */
export function connectEngine(argv: readonly string[]): Engine {
  const address = argv.find((argument) => !argument.startsWith("-"));
  if (!address) return { log: () => {}, flushed: async () => {} };
  const client = new engineGrpc.EngineClient(address, grpc.credentials.createInsecure());
  const severities = { info: messages.LogSeverity.INFO, warning: messages.LogSeverity.WARNING };
  // One at a time: the engine takes calls in parallel, and would show lines sent together in any order.
  let sent: Promise<void> = Promise.resolve();
  return {
    flushed: () => sent,
    log({ severity, urn, message, ephemeral }) {
      const request = new messages.LogRequest()
        .setSeverity(severities[severity])
        .setUrn(urn)
        .setMessage(message)
        .setEphemeral(ephemeral);
      // A lost line is no reason to fail the resource it is about.
      sent = sent.then(() => new Promise((done) => client.log(request, () => done())));
    },
  };
}
