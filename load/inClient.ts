/** Runs commands in the lab's client container and puts files there. */

import { PassThrough } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import type Docker from "dockerode";
import { pack } from "tar-stream";

/** A command that runs in a container. */
export interface Running {
  /** Its standard output once it ended with 0; rejected with its standard error otherwise. */
  readonly output: Promise<string>;
  hasEnded(): boolean;
}

/** Starts a command in a container; it runs on when this process ends. */
export async function startInClient(
  client: Docker.Container,
  command: readonly string[],
  { environment = {}, directory = "/" }: { environment?: Record<string, string>; directory?: string } = {},
): Promise<Running> {
  const run = await client.exec({
    Cmd: [...command],
    Env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    WorkingDir: directory,
    AttachStdout: true,
    AttachStderr: true,
  });
  const stream = await run.start({});
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  client.modem.demuxStream(stream, stdout, stderr);
  stream.on("end", () => {
    stdout.end();
    stderr.end();
  });
  let over = false;
  const output = ended(run, command, [text(stdout), text(stderr)]).finally(() => {
    over = true;
  });
  // Whoever awaits the output hears of a failure; until then it must not end this process.
  output.catch(() => undefined);
  return { output, hasEnded: () => over };
}

/** Runs a command to its end and returns its standard output; throws when it fails. */
export async function runInClient(client: Docker.Container, ...command: string[]): Promise<string> {
  return (await startInClient(client, command)).output;
}

/** Puts programs into a folder of the container. */
export async function putPrograms(
  client: Docker.Container,
  folder: string,
  programs: Readonly<Record<string, Buffer>>,
): Promise<void> {
  const tar = pack();
  for (const [name, content] of Object.entries(programs)) tar.entry({ name, mode: 0o755 }, content);
  tar.finalize();
  await client.putArchive(await buffer(tar), { path: folder });
}

async function ended(
  run: Docker.Exec,
  command: readonly string[],
  outputs: readonly [Promise<string>, Promise<string>],
): Promise<string> {
  const [stdout, stderr] = await Promise.all(outputs);
  const { ExitCode } = await run.inspect();
  if (ExitCode !== 0)
    throw new Error(`in the client, ${command.join(" ")} ended with ${ExitCode}: ${stderr}`);
  return stdout;
}
