/** What the engine's calls mean for a command resource: when it runs, what is kept, and which change replaces it. */
import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Properties } from "../properties.ts";
import { type Call, ProviderError, type ResourceHandler } from "../serve.ts";
import type { Outputs, Run } from "./run.ts";
import { checkInputs, type ObjectSchema } from "./schema.ts";

/** A kind of command: what it takes and how it runs. */
export interface CommandType {
  inputs: ObjectSchema;
  run(run: Run): Promise<Outputs>;
}

/** The handler of one kind of command resource. */
export function commandHandler(type: CommandType): ResourceHandler {
  return {
    check: async ({ inputs }) => checkInputs(type.inputs, inputs),
    diff: ({ oldInputs, inputs }) => {
      const changed = Object.keys(type.inputs.properties).filter(
        (name) => !isDeepStrictEqual(oldInputs[name], inputs[name]),
      );
      return { changed, replaced: changed.filter((name) => name === "triggers"), deleteBeforeReplace: false };
    },
    create: async ({ inputs, ...call }) => {
      const outputs = await run(type, call, inputs.create, inputs);
      return {
        id: `${nameOf(call.urn)}${randomBytes(4).toString("hex")}`,
        outputs: { ...inputs, ...outputs },
      };
    },
    // A command has no state of its own to look at, so a refresh reports what is recorded.
    read: async ({ oldOutputs }) => oldOutputs,
    update: async ({ inputs, oldOutputs, ...call }) => {
      const outputs = await run(type, call, inputs.update ?? inputs.create, inputs, printed(oldOutputs));
      return { ...inputs, ...outputs };
    },
    delete: async ({ oldOutputs, ...call }) => {
      await run(type, call, oldOutputs.delete, oldOutputs, printed(oldOutputs));
    },
  };
}

async function run(
  type: CommandType,
  call: Call,
  command: unknown,
  inputs: Properties,
  previous: Outputs = { stdout: "", stderr: "" },
): Promise<Outputs> {
  if (typeof command !== "string") return previous;
  try {
    return await type.run({ command, inputs, previous, logLine: call.progress, signal: call.signal });
  } catch (error) {
    throw new ProviderError(error instanceof Error ? error.message : String(error));
  }
}

function printed({ stdout, stderr }: Properties): Outputs {
  return { stdout: String(stdout ?? ""), stderr: String(stderr ?? "") };
}

/** The resource's name: the last part of `urn:pulumi:stack::project::type::name`. */
function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
