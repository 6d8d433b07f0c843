/** Serves a Pulumi provider over gRPC: the engine's messages in, plain values to a resource's handler, its answer back. */
import * as grpc from "@grpc/grpc-js";
import pluginMessages from "@pulumi/pulumi/proto/plugin_pb.js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type * as requests from "@pulumi/pulumi/proto/provider_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import emptyMessages from "google-protobuf/google/protobuf/empty_pb.js";
import structMessages, { type Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import { connectEngine, type Engine } from "./engine.ts";
import { containsSecret, markLike, type Properties, plainProperties } from "./properties.ts";

/** An error whose message alone is meant for the user; any other error is reported with its stack. */
export class ProviderError extends Error {
  override readonly name = "ProviderError";
}

/** What every call carries besides its properties. */
export interface Call {
  readonly urn: string;
  /** Aborted when the user cancels the update. */
  readonly signal: AbortSignal;
  /** Whether an input of this call was secret: what is derived from it should then be secret too. */
  readonly hasSecrets: boolean;
  /** Shows one line of progress beside the resource; it is gone when the update ends. */
  progress(message: string): void;
  /** Writes a warning that stays in the update's diagnostics. */
  warn(message: string): void;
}

/** One thing wrong with one input, named by its path. */
export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

/** What a change of inputs means: no changed property is no change; a replaced one needs a new resource. */
export interface Difference {
  readonly changed: readonly string[];
  readonly replaced: readonly string[];
  readonly deleteBeforeReplace: boolean;
}

/** What one resource type does. Inputs and outputs are plain; outputs at the path of a secret input become secret. */
export interface ResourceHandler {
  check(
    call: Call & { inputs: Properties },
  ): Promise<{ inputs: Properties; failures: readonly CheckFailure[] }>;
  diff(
    call: Call & { id: string; oldInputs: Properties; oldOutputs: Properties; inputs: Properties },
  ): Difference;
  create(call: Call & { inputs: Properties }): Promise<{ id: string; outputs: Properties }>;
  /** The outputs as they are now; undefined when the resource is gone. */
  read(
    call: Call & { id: string; inputs: Properties; oldOutputs: Properties },
  ): Promise<Properties | undefined>;
  update(call: Call & { id: string; oldOutputs: Properties; inputs: Properties }): Promise<Properties>;
  delete(call: Call & { id: string; oldOutputs: Properties }): Promise<void>;
}

/** A provider: its name and version as the engine knows them, and the types it covers. */
export interface Provider {
  readonly name: string;
  readonly version: string;
  /** What the official plugin adds to the provider's own inputs. */
  readonly kept?: Properties;
  /** Whether it is told which inputs are secret; the engine marks the answers of one that is not. */
  readonly acceptsSecrets: boolean;
  /** Provider configuration this plugin understands; any other is refused by name. */
  readonly configuration: readonly string[];
  configure(configuration: Readonly<Record<string, string>>): void;
  /** Handlers by type token, such as `docker:index/network:Network`. */
  readonly resources: Readonly<Record<string, ResourceHandler>>;
}

/** Starts serving on a free port of the loopback and prints that port, as the engine expects of a plugin. */
export function serve(provider: Provider): void {
  const server = new grpc.Server({
    "grpc.max_receive_message_length": -1,
    "grpc.max_send_message_length": -1,
  });
  const context: Context = {
    provider,
    engine: connectEngine(process.argv.slice(2)),
    cancelled: new AbortController(),
  };
  server.addService(providerGrpc.ResourceProviderService, {
    ...pluginCalls(context),
    ...resourceCalls(context),
  });
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    console.log(port);
  });
  // The engine holds the other end of this pipe: it is gone, even if killed, when the pipe closes.
  process.stdin.on("end", () => process.exit()).resume();
}

interface Context {
  readonly provider: Provider;
  readonly engine: Engine;
  readonly cancelled: AbortController;
}

function pluginCalls({ provider, cancelled }: Context): grpc.UntypedServiceImplementation {
  return {
    getPluginInfo: unary(async () => new pluginMessages.PluginInfo().setVersion(provider.version)),
    checkConfig: unary(async (request: requests.CheckRequest) => {
      const inputs = fromStruct(request.getNews());
      const unsupported = Object.keys(inputs).filter(
        (key) => key !== "version" && !provider.configuration.includes(key),
      );
      const failures = unsupported.map((key) =>
        failure({ property: key, reason: notCovered(provider, `provider option ${key}`) }),
      );
      return new messages.CheckResponse()
        .setInputs(toStruct({ ...inputs, ...provider.kept }))
        .setFailuresList(failures);
    }),
    configure: unary(async (request: requests.ConfigureRequest) => {
      const variables = request.getVariablesMap().toObject(false) as [string, string][];
      provider.configure(
        Object.fromEntries(variables.map(([key, value]) => [key.split(":").at(-1) ?? key, value])),
      );
      return new messages.ConfigureResponse()
        .setAcceptsecrets(provider.acceptsSecrets)
        .setSupportspreview(true);
    }),
    cancel: unary(async () => {
      cancelled.abort(new ProviderError("cancelled"));
      return new emptyMessages.Empty();
    }),
  };
}

function resourceCalls(context: Context): grpc.UntypedServiceImplementation {
  return {
    check: unary(async (request: requests.CheckRequest) => {
      const { handler, call, raw } = open(context, request.getUrn(), request.getNews());
      const { inputs, failures } = await handler.check({ ...call, inputs: plainProperties(raw) });
      return new messages.CheckResponse()
        .setInputs(toStruct(markLike(inputs, raw)))
        .setFailuresList(failures.map(failure));
    }),
    diff: unary(async (request: requests.DiffRequest) => {
      const { handler, call, raw } = open(context, request.getUrn(), request.getNews());
      const old = {
        oldInputs: plainStruct(request.getOldInputs()),
        oldOutputs: plainStruct(request.getOlds()),
      };
      const difference = handler.diff({ ...call, ...old, id: request.getId(), inputs: plainProperties(raw) });
      return diffResponse(difference);
    }),
    create: flushing(context.engine, async (request: requests.CreateRequest) => {
      const { handler, call, raw } = open(context, request.getUrn(), request.getProperties());
      const inputs = plainProperties(raw);
      // At preview nothing is made: what the inputs say is known, every other output is not.
      const { id, outputs } = request.getPreview()
        ? { id: "", outputs: inputs }
        : await handler.create({ ...call, inputs });
      return new messages.CreateResponse().setId(id).setProperties(toStruct(markLike(outputs, raw)));
    }),
    read: unary(async (request: requests.ReadRequest) => {
      const { handler, call, raw } = open(context, request.getUrn(), request.getProperties());
      const old = { inputs: plainStruct(request.getInputs()), oldOutputs: plainProperties(raw) };
      const outputs = await handler.read({ ...call, ...old, id: request.getId() });
      if (!outputs) return new messages.ReadResponse();
      const response = new messages.ReadResponse().setId(request.getId()).setInputs(request.getInputs());
      return response.setProperties(toStruct(markLike(outputs, raw)));
    }),
    update: flushing(context.engine, async (request: requests.UpdateRequest) => {
      const { handler, call, raw } = open(context, request.getUrn(), request.getNews());
      const inputs = plainProperties(raw);
      const old = { id: request.getId(), oldOutputs: plainStruct(request.getOlds()) };
      const outputs = request.getPreview() ? inputs : await handler.update({ ...call, ...old, inputs });
      return new messages.UpdateResponse().setProperties(toStruct(markLike(outputs, raw)));
    }),
    delete: flushing(context.engine, async (request: requests.DeleteRequest) => {
      const { handler, call, raw } = open(context, request.getUrn(), request.getProperties());
      await handler.delete({ ...call, id: request.getId(), oldOutputs: plainProperties(raw) });
      return new emptyMessages.Empty();
    }),
  };
}

function open({ provider, engine, cancelled }: Context, urn: string, struct: Struct | undefined) {
  const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
  const handler = provider.resources[type];
  if (!handler) throw new ProviderError(notCovered(provider, `resource type ${type}`));
  const raw = fromStruct(struct);
  const call: Call = {
    urn,
    signal: cancelled.signal,
    hasSecrets: containsSecret(raw),
    progress: (message) => engine.log({ severity: "info", urn, message, ephemeral: true }),
    warn: (message) => engine.log({ severity: "warning", urn, message, ephemeral: false }),
  };
  return { handler, call, raw };
}

function notCovered({ name, version, resources }: Provider, what: string): string {
  return (
    `${what} is not covered by the built-in stand-in for the ${name} plugin ${version}, ` +
    `which serves ${Object.keys(resources).join(", ")}. ` +
    `Where Pulumi's download host is reachable, "pulumi plugin install resource ${name} ${version}" brings the official plugin.`
  );
}

function diffResponse({ changed, replaced, deleteBeforeReplace }: Difference): requests.DiffResponse {
  const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
  return new messages.DiffResponse()
    .setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE)
    .setDiffsList([...changed])
    .setReplacesList([...replaced])
    .setDeletebeforereplace(deleteBeforeReplace);
}

function failure({ property, reason }: CheckFailure): requests.CheckFailure {
  return new messages.CheckFailure().setProperty(property).setReason(reason);
}

function unary<Request, Response>(
  answer: (request: Request) => Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return ({ request }, callback) => {
    answer(request).then(
      (response) => callback(null, response),
      (error: unknown) => callback({ code: grpc.status.UNKNOWN, details: describe(error) }),
    );
  };
}

/** Answers only when the lines of the work have reached the engine, which shows none of a resource that is done. */
function flushing<Request, Response>(
  engine: Engine,
  answer: (request: Request) => Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return unary((request: Request) => answer(request).finally(() => engine.flushed()));
}

function describe(error: unknown): string {
  if (error instanceof ProviderError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function fromStruct(struct: Struct | undefined): Properties {
  return (struct?.toJavaScript() ?? {}) as Properties;
}

function plainStruct(struct: Struct | undefined): Properties {
  return plainProperties(fromStruct(struct));
}

function toStruct(properties: Properties): Struct {
  return structMessages.Struct.fromJavaScript(
    properties as Parameters<typeof structMessages.Struct.fromJavaScript>[0],
  );
}
