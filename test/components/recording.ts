/** Runs a program against Pulumi's mock engine and records what the engine is asked for. */
import { setImmediate } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import type {
  RegisterResourceOutputsRequest,
  RegisterResourceRequest,
} from "@pulumi/pulumi/proto/resource_pb.js";
import { vi } from "vitest";
import { projectName } from "../fixtures.ts";

/** One resource; secrets are given as `secret(value)`, what a preview does not know as `unknown`. */
export interface RecordedResource {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Undefined where none were registered. */
  readonly outputs: Readonly<Record<string, unknown>> | undefined;
  /** Label of the resource above it; empty for the stack's own. */
  readonly parent: string;
  /** Labels of the resources that must be there first and go last. */
  readonly dependsOn: readonly string[];
  readonly deleteBeforeReplace: boolean;
  readonly replacementTrigger: unknown;
  readonly hideDiffs: readonly string[];
  readonly deletedWith: string;
}

export const unknown = "«unknown»";

export function secret(value: unknown): unknown {
  return { "«secret»": value };
}

/** The same with secrets left out. */
export function inClear(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inClear);
  if (typeof value !== "object" || value === null) return value;
  if ("«secret»" in value) return "a secret";
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inClear(inner)]));
}

/** A resource by its type and name, without what they are part of. */
export function labelOf({ type, name }: Pick<RecordedResource, "type" | "name">): string {
  return `${type.split(":").at(-1)} ${name}`;
}

/** Resources by their labels. */
export function byLabel(resources: readonly RecordedResource[]): Record<string, RecordedResource> {
  return Object.fromEntries(resources.map((resource) => [labelOf(resource), resource]));
}

/** Everything that `program` registers, in the order in which the engine hears of it. */
export async function record(program: () => unknown, { preview = false } = {}): Promise<RecordedResource[]> {
  const { requests, outputs } = await listen(preview);
  await program();
  await pulumi.runtime.disconnect();
  return requests.map((request) => recorded(request, outputs));
}

/** The distinct errors that `program` ends with, thrown at once or from its Outputs, as people get to read them. */
export async function failuresOf(program: () => unknown, options = {}): Promise<string[]> {
  return (await outcomeOf(program, options)).failures;
}

/** The same, and the labels of what is registered until then; `awaited` is one that comes later than a failure. */
export async function outcomeOf(
  program: () => unknown,
  { preview = false, awaited }: { preview?: boolean; awaited?: string } = {},
) {
  const failures = new Set<unknown>();
  let made: string[] = [];
  const collect = (error: unknown) => failures.add(error);
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", collect);
  try {
    const { requests } = await listen(preview);
    await program();
    const labels = () =>
      requests.map((request) => labelOf({ type: request.getType(), name: request.getName() }));
    const isOver = () => failures.size > 0 && (!awaited || labels().includes(awaited));
    await vi.waitUntil(isOver, { timeout: 30_000 });
    await setImmediate();
    made = labels();
  } catch (error) {
    collect(error);
    await pulumi.runtime.disconnect();
  } finally {
    process.off("unhandledRejection", collect);
    for (const listener of others) process.on("unhandledRejection", listener);
  }
  const inWords = [...failures].map((error) =>
    pulumi.RunError.isInstance(error) ? error.message : `not for people: ${error}`,
  );
  return { failures: inWords, made };
}

/** A mock engine that keeps what it is asked. */
async function listen(preview: boolean) {
  const mocks: pulumi.runtime.Mocks = {
    newResource: ({ name, inputs }) => ({ id: `${name}-id`, state: { ...inputs, stdout: "converged" } }),
    call: () => ({}),
  };
  await pulumi.runtime.setMocks(mocks, projectName, "test", preview);
  const requests: RegisterResourceRequest[] = [];
  const outputs = new Map<string, Readonly<Record<string, unknown>>>();
  const engine = pulumi.runtime.getMonitor() as unknown as Engine;
  const { registerResource, registerResourceOutputs } = engine;
  engine.registerResourceHook = (_, answer) => answer(null, {});
  engine.registerErrorHook = (_, answer) => answer(null, {});
  engine.registerResource = (request, answer) => {
    requests.push(request);
    return registerResource.call(engine, request, answer);
  };
  engine.registerResourceOutputs = (request, answer) => {
    outputs.set(labelOfUrn(request.getUrn()), readable(request.getOutputs()));
    registerResourceOutputs.call(engine, request, answer);
  };
  return { requests, outputs };
}

/** The mock engine's side of the protocol (pulumi/resource.proto). */
interface Engine {
  registerResource(request: RegisterResourceRequest, answer: unknown): Promise<void>;
  registerResourceOutputs(request: RegisterResourceOutputsRequest, answer: unknown): void;
  registerResourceHook(request: unknown, answer: (error: null, response: object) => void): void;
  registerErrorHook(request: unknown, answer: (error: null, response: object) => void): void;
}

function recorded(
  request: RegisterResourceRequest,
  outputs: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
): RecordedResource {
  const resource = { type: request.getType(), name: request.getName() };
  return {
    ...resource,
    inputs: readable(request.getObject()),
    outputs: outputs.get(labelOf(resource)),
    parent: labelOfUrn(request.getParent()),
    dependsOn: request.getDependenciesList().map(labelOfUrn).sort(),
    deleteBeforeReplace: request.getDeletebeforereplace(),
    replacementTrigger: plain(request.getReplacementTrigger()?.toJavaScript()),
    hideDiffs: request.getHidediffsList(),
    deletedWith: labelOfUrn(request.getDeletedwith()),
  };
}

function labelOfUrn(urn: string): string {
  const [, , type = "", name = ""] = urn.split("::");
  return urn && labelOf({ type, name });
}

function readable(struct: { toJavaScript(): unknown } | undefined): Readonly<Record<string, unknown>> {
  return plain(struct?.toJavaScript() ?? {}) as Record<string, unknown>;
}

/** The signatures are those of pulumi/sdk/nodejs/runtime/rpc.ts. */
function plain(value: unknown): unknown {
  if (value === "04da6b54-80e4-46f7-96ec-b56ff0331ba9") return unknown;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const { "4dabf18193072939515e22adb298388d": signature, ...fields } = value as Record<string, unknown>;
  if (signature === "1b47061264138c4ac30d75fd1eb44270") return secret(plain(fields.value));
  return Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, plain(field)]));
}
