/** Stand-in for Pulumi's Node.js language host: the engine asks it to run the program, it starts Node on it. */
import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import languageGrpc from "@pulumi/pulumi/proto/language_grpc_pb.js";
import type * as requests from "@pulumi/pulumi/proto/language_pb.js";
import messages from "@pulumi/pulumi/proto/language_pb.js";
import pluginMessages from "@pulumi/pulumi/proto/plugin_pb.js";
import emptyMessages from "google-protobuf/google/protobuf/empty_pb.js";

// With this code the Node SDK says that it has shown the program's error itself (@pulumi/pulumi/cmd/run).
const ERROR_ALREADY_SHOWN = 32;

// Linux: MAX_ARG_STRLEN in include/uapi/linux/binfmts.h.
const MOST_KILOBYTES = 128;

const engineAddress = process.argv.slice(2).find((argument) => !argument.startsWith("-")) ?? "";
const programs = new Set<ChildProcess>();

/** The Node command line and environment that run the program of a request. */
function commandFor(request: requests.RunRequest): {
  args: string[];
  env: Record<string, string>;
  cwd: string;
} {
  const info = request.getInfo();
  const cwd = info?.getProgramDirectory() ?? request.getPwd();
  const options = (info?.getOptions()?.toJavaScript() ?? {}) as { nodeargs?: string; typescript?: boolean };
  const runner = createRequire(join(cwd, "package.json")).resolve("@pulumi/pulumi/cmd/run");
  const args = [
    ...(options.nodeargs?.split(/\s+/).filter(Boolean) ?? []),
    runner,
    `--monitor=${request.getMonitorAddress()}`,
    `--engine=${engineAddress}`,
    `--organization=${request.getOrganization()}`,
    `--project=${request.getProject()}`,
    `--stack=${request.getStack()}`,
    `--root-directory=${info?.getRootDirectory() ?? cwd}`,
    `--pwd=${request.getPwd()}`,
    `--parallel=${request.getParallel()}`,
    ...(request.getDryrun() ? ["--dry-run"] : []),
    info?.getEntryPoint() ?? request.getProgram(),
    ...request.getArgsList(),
  ];
  const config = Object.fromEntries(request.getConfigMap().toArray());
  return {
    args,
    cwd,
    env: {
      PULUMI_CONFIG: JSON.stringify(config),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
      PULUMI_NODEJS_TYPESCRIPT: String(options.typescript ?? true),
    },
  };
}

function run(request: requests.RunRequest): Promise<requests.RunResponse> {
  const { args, cwd, env } = commandFor(request);
  refuseLong(env.PULUMI_CONFIG ?? "");
  const response = new messages.RunResponse();
  return new Promise((resolve, reject) => {
    // The engine has read the port by now and shows whatever else appears on the host's output.
    const stdio = ["ignore", "inherit", "inherit"] as const;
    const program = spawn(process.execPath, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: [...stdio],
    });
    programs.add(program);
    program.on("error", reject);
    program.on("close", (code, signal) => {
      programs.delete(program);
      if (code === ERROR_ALREADY_SHOWN) response.setBail(true);
      else if (signal !== null) response.setError(`Program was stopped by ${signal}`);
      else if (code !== 0) response.setError(`Program exited with non-zero exit code: ${code}`);
      resolve(response);
    });
  });
}

/** The configuration goes to the program in one variable, as from the official language host; execve(2) limits its length. */
function refuseLong(config: string): void {
  const kilobytes = Buffer.byteLength(`PULUMI_CONFIG=${config}`) / 1024;
  if (kilobytes < MOST_KILOBYTES) return;
  throw new Error(
    `the stack's configuration has ${Math.ceil(kilobytes)} KB, and Pulumi can hand a program at most ${MOST_KILOBYTES}; make so large a cluster in a program of your own (docs/how-to/own-program.md)`,
  );
}

function stopPrograms(): void {
  for (const program of programs) program.kill("SIGTERM");
}

function unary<Request, Response>(
  answer: (request: Request) => Response | Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return async ({ request }, callback) => {
    try {
      callback(null, await answer(request));
    } catch (error) {
      callback({
        code: grpc.status.UNKNOWN,
        details: error instanceof Error ? error.message : String(error),
      });
    }
  };
}

const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
server.addService(languageGrpc.LanguageRuntimeService, {
  handshake: unary(() => new messages.LanguageHandshakeResponse()),
  getPluginInfo: unary(() => new pluginMessages.PluginInfo().setVersion("1.0.0")),
  // None is listed: every resource names its plugin and version itself, and the plugins are in place already.
  getRequiredPackages: unary(() => new messages.GetRequiredPackagesResponse()),
  getRequiredPlugins: unary(() => new messages.GetRequiredPluginsResponse()),
  run: unary(run),
  cancel: unary(() => {
    stopPrograms();
    return new emptyMessages.Empty();
  }),
});
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(port);
});
// The engine holds the other end: it is gone when this end closes.
process.stdin.on("end", () => {
  stopPrograms();
  process.exit();
});
process.stdin.resume();
