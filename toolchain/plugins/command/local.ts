/** `command:local:Command`: a command on the machine that runs Pulumi. */
import { spawn } from "node:child_process";
import { commonInputs, type Outputs, previousOutputs, type Run, Transcript } from "./run.ts";
import type { ObjectSchema } from "./schema.ts";

const noAssets = "this plugin returns no files; read them in the program instead";

/** Inputs of the resource. */
export const localInputs: ObjectSchema = {
  name: "local.CommandInputs",
  properties: {
    ...commonInputs,
    interpreter: { kind: "strings" },
    dir: { kind: "string" },
    environment: { kind: "stringMap" },
    assetPaths: { kind: "strings", refused: noAssets },
    archivePaths: { kind: "strings", refused: noAssets },
  },
};

/** Runs the command on this machine. */
export function runLocal(run: Run): Promise<Outputs> {
  const {
    interpreter = [],
    dir,
    environment,
    stdin,
  } = run.inputs as {
    interpreter?: string[];
    dir?: string;
    environment?: Record<string, string>;
    stdin?: string;
  };
  const [program = "/bin/sh", ...args] = interpreter.length > 0 ? interpreter : ["/bin/sh", "-c"];
  const transcript = new Transcript(run);
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args, run.command], {
      cwd: dir,
      env: { ...process.env, ...environment, ...previousOutputs(run) },
    });
    child.stdout.setEncoding("utf8").on("data", transcript.stdout);
    child.stderr.setEncoding("utf8").on("data", transcript.stderr);
    // A command that ends without reading its input breaks the pipe; its exit status is what counts.
    child.stdin.on("error", () => undefined).end(stdin ?? "");
    child.on("error", (error) => reject(transcript.failure(error.message)));
    child.on("close", (code, signal) => {
      if (code === 0) return resolve(transcript.outputs());
      reject(transcript.failure(signal === null ? `exit status ${code}` : `signal: ${signal}`));
    });
  });
}
