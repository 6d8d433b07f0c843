/** Speaks the provider protocol to a plugin as the engine does, in plain JSON. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import structMessages from "google-protobuf/google/protobuf/struct_pb.js";
import { bundleStandIns } from "../../setup/standIns.ts";

type Json = Readonly<Record<string, unknown>>;

/** The calls that leave something in a state, or say what an update does. */
export type Call = "checkConfig" | "check" | "diff" | "create" | "read" | "update" | "delete";

/** What a plugin answered to a request. */
export type Answer = { readonly response: Json } | { readonly error: string };

const requests = {
  checkConfig: messages.CheckRequest,
  check: messages.CheckRequest,
  diff: messages.DiffRequest,
  create: messages.CreateRequest,
  read: messages.ReadRequest,
  update: messages.UpdateRequest,
  delete: messages.DeleteRequest,
} satisfies Record<Call, unknown>;

/** What is looked at of a response, by the names of its fields. */
const fields = [
  "inputs",
  "failures",
  "changes",
  "diffs",
  "replaces",
  "deletebeforereplace",
  "id",
  "properties",
];

/** A plugin that is running. */
export interface PluginClient {
  ask(call: Call, request: Json): Promise<Answer>;
  close(): Promise<void>;
}

/** Starts the stand-in for a plugin, and configures it as the engine does. */
export async function startStandIn(name: "command" | "docker"): Promise<PluginClient> {
  const bundle = join(await bundleStandIns(), `${name}.cjs`);
  const plugin = spawn(process.execPath, [bundle], { stdio: ["pipe", "pipe", "inherit"] });
  const address = `127.0.0.1:${await portOf(plugin)}`;
  const client = new providerGrpc.ResourceProviderClient(address, grpc.credentials.createInsecure());
  const ask = (call: Call | "configure", request: object) =>
    new Promise<Answer>((resolve) => {
      const method = Reflect.get(client, call) as (request: object, done: Done) => void;
      method.call(client, request, (error, response) =>
        resolve(error ? { error: error.details } : { response: plainResponse(response) }),
      );
    });
  await ask("configure", new messages.ConfigureRequest().setAcceptsecrets(true));
  return {
    ask: (call, request) => ask(call, filled(new requests[call](), request)),
    close: async () => {
      client.close();
      plugin.stdin.end();
      await once(plugin, "exit");
    },
  };
}

type Done = (error: grpc.ServiceError | null, response: object) => void;

async function portOf(plugin: ChildProcess): Promise<string> {
  for await (const chunk of plugin.stdout ?? []) return String(chunk).trim();
  throw new Error("the plugin ended before it told its port");
}

function filled(message: object, request: Json): object {
  for (const [field, value] of Object.entries(request)) {
    const isObject = typeof value === "object" && value !== null;
    const set = Reflect.get(message, `set${capitalised(field)}`) as (value: unknown) => void;
    set.call(message, isObject ? structMessages.Struct.fromJavaScript(value as never) : value);
  }
  return message;
}

function plainResponse(message: object): Json {
  const read = fields.flatMap((field) => {
    const name = `get${capitalised(field)}`;
    const getter = Reflect.get(message, name) ?? Reflect.get(message, `${name}List`);
    const value = typeof getter === "function" ? plainValue(getter.call(message)) : undefined;
    return isUnset(value) ? [] : [[field, value]];
  });
  return Object.fromEntries(read);
}

function plainValue(value: unknown): unknown {
  if (value instanceof structMessages.Struct) return value.toJavaScript();
  if (Array.isArray(value)) return value.map(plainValue);
  return value instanceof messages.CheckFailure ? value.toObject() : value;
}

function isUnset(value: unknown): boolean {
  return (
    value === undefined || value === "" || value === false || (Array.isArray(value) && value.length === 0)
  );
}

function capitalised(field: string): string {
  return field.charAt(0).toUpperCase() + field.slice(1);
}
