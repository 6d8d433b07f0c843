/** docker:index/image:Image — a local image built by the daemon's classic builder, rebuilt when its context changes. */
import { access } from "node:fs/promises";
import { Readable } from "node:stream";
import { z } from "zod";
import { type Properties, secret, UNKNOWN } from "../properties.ts";
import { type Call, type CheckFailure, ProviderError, type ResourceHandler } from "../serve.ts";
import { contextDigest, dockerfileInContext, packContext } from "./buildContext.ts";
import { daemon, request, requestUnless } from "./daemon.ts";
import { changedProperties, checkInputs } from "./inputs.ts";

const imageInputs = z.strictObject({
  imageName: z.string().min(1),
  skipPush: z.literal(true, { error: "only true is covered: the built-in stand-in never pushes" }),
  buildOnPreview: z.literal(false, { error: "only false is covered" }).optional(),
  build: z.strictObject({
    context: z.string(),
    dockerfile: z.string(),
    target: z.string().optional(),
    platform: z.string().optional(),
    args: z.record(z.string(), z.string()).optional(),
    builderVersion: z.literal("BuilderV1", { error: "only BuilderV1 is covered" }),
    contextDigest: z.string().optional(),
  }),
});

const errorTailLines = 20;

/** Handler of docker:index/image:Image. */
export const image: ResourceHandler = {
  async check({ inputs }) {
    const failures = checkInputs(imageInputs, inputs);
    const build = imageInputs.shape.build.safeParse(inputs.build).data;
    if (!build || build.context === UNKNOWN || build.dockerfile === UNKNOWN) return { inputs, failures };
    const missing = await missingDockerfile(build.dockerfile);
    if (missing) return { inputs, failures: [...failures, missing] };
    const digest = await contextDigest(build.context, build.dockerfile);
    return {
      inputs: { ...inputs, buildOnPreview: false, build: { ...build, contextDigest: digest } },
      failures,
    };
  },

  diff({ oldInputs, inputs }) {
    return { changed: changedProperties(oldInputs, inputs), replaced: [], deleteBeforeReplace: false };
  },

  async create(call) {
    const outputs = await build(call);
    return { id: imageInputs.parse(call.inputs).imageName, outputs };
  },

  async read({ oldOutputs }) {
    const id = z.string().parse(oldOutputs.repoDigest);
    const found = await requestUnless(404, "Unable to read image", daemon().getImage(id).inspect());
    return found && oldOutputs;
  },

  update: build,

  // As the official plugin: an image outlives the stack, other stacks may use it.
  async delete() {},
};

async function missingDockerfile(dockerfile: string): Promise<CheckFailure | undefined> {
  try {
    await access(dockerfile);
    return undefined;
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    return {
      property: "build.dockerfile",
      reason: `could not open dockerfile at relative path "${dockerfile}": ${cause}`,
    };
  }
}

async function build({ inputs, progress, signal }: Call & { inputs: Properties }): Promise<Properties> {
  const { imageName, build } = imageInputs.parse(inputs);
  const dockerfile = dockerfileInContext(build.context, build.dockerfile);
  const task = `error building image ${imageName}`;
  try {
    const pending = daemon().buildImage(Readable.from([await packContext(build.context)]), {
      t: imageName,
      version: "1",
      dockerfile,
      abortSignal: signal,
      // A failed step's container would stay behind.
      forcerm: true,
      ...(build.target && { target: build.target }),
      ...(build.platform && { platform: build.platform }),
      ...(build.args && { buildargs: build.args }),
    });
    const repoDigest = await request(task, followBuild(task, await request(task, pending), progress));
    const { context, platform } = build;
    const outputs = {
      baseImageName: imageName,
      context,
      dockerfile,
      imageName,
      registryServer: "",
      repoDigest,
    };
    // Where the official plugin looks for the old inputs.
    return { ...outputs, ...(platform && { platform }), __inputs: secret(inputs) };
  } catch (error) {
    throw signal.aborted ? new ProviderError(`${task}: cancelled`) : error;
  }
}

interface BuildEvent {
  readonly stream?: string;
  readonly status?: string;
  readonly error?: string;
  readonly aux?: { readonly ID?: string };
}

/** Reports the build line by line and returns the id of the image it made. */
async function followBuild(
  task: string,
  output: NodeJS.ReadableStream,
  progress: (line: string) => void,
): Promise<string> {
  const printed: string[] = [];
  let id: string | undefined;
  for await (const line of linesOf(output)) {
    const event = JSON.parse(line) as BuildEvent;
    id = event.aux?.ID ?? id;
    const text = (event.stream ?? event.status ?? "").trim();
    if (text) printed.push(text);
    if (text) progress(text);
    if (event.error) {
      const tail = printed.slice(-errorTailLines).join("\n");
      throw new ProviderError(`${task}: ${event.error.trim()}\nThe build's last lines were:\n${tail}`);
    }
  }
  if (!id) throw new ProviderError(`${task}: the daemon ended the build before it made an image`);
  return id;
}

async function* linesOf(output: NodeJS.ReadableStream): AsyncGenerator<string> {
  let rest = "";
  output.setEncoding("utf8");
  for await (const chunk of output) {
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop() ?? "";
    yield* lines.filter((line) => line.trim());
  }
}
