/** The stand-in for the command plugin, through the real engine and a real SSH connection. */
import { local, remote } from "@pulumi/command";
import { CustomResource, Output, secret } from "@pulumi/pulumi";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { newKey, startServer, type TestServer } from "../ssh/server.ts";
import { newStack } from "./workspace.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterEach(() => {
  server.executions.length = 0;
});
afterAll(() => server.close());

type Connection = Exclude<remote.CommandArgs["connection"], Promise<unknown> | Output<unknown>>;

function connection(changes: Partial<Connection> = {}): Connection {
  const { port, hostKey, clientKey } = server;
  return { host: "127.0.0.1", port, hostKey: hostKey.public, privateKey: clientKey.private, ...changes };
}

function command(args: Partial<remote.CommandArgs>): () => void {
  return () =>
    void new remote.Command("web1", { connection: connection(), addPreviousOutputInEnv: false, ...args });
}

/** The resource without its SDK class, which marks the connection secret on its own. */
class PlainCommand extends CustomResource {
  constructor(name: string, args: Record<string, unknown>) {
    super("command:remote:Command", name, args, { version: "1.2.1" });
  }
}

const ran = () => server.executions.map(({ command, stdin }) => `${command} < ${stdin}`);

describe("the life of a remote command", () => {
  test("runs on create, again when an input changes, its delete with the recorded input, and not in between", async () => {
    const stack = await newStack();
    const converge = (stdin: string) => command({ create: "cat", delete: "cat >&2", stdin });

    expect((await stack.up(converge("one"))).steps).toEqual([{ op: "create", name: "web1" }]);
    expect((await stack.up(converge("one"))).steps).toEqual([{ op: "same", name: "web1" }]);
    expect(ran()).toEqual(["cat < one"]);

    expect((await stack.preview(converge("two"))).steps).toEqual([{ op: "update", name: "web1" }]);
    expect(ran()).toHaveLength(1);
    expect((await stack.up(converge("two"))).steps).toEqual([{ op: "update", name: "web1" }]);
    expect((await stack.destroy()).steps).toEqual([{ op: "delete", name: "web1" }]);
    expect(ran()).toEqual(["cat < one", "cat < two", "cat >&2 < two"]);
    expect(server.openConnections()).toBe(0);
  });

  test("runs update instead of create where there is one", async () => {
    const stack = await newStack();
    await stack.up(command({ create: "echo made", update: "echo changed", stdin: "1" }));
    await stack.up(command({ create: "echo made", update: "echo changed", stdin: "2" }));
    expect(ran()).toEqual(["echo made < 1", "echo changed < 2"]);
  });

  test("replaces when a trigger changes: the new one is created before the old is deleted", async () => {
    const stack = await newStack();
    const triggered = (trigger: string) =>
      command({ create: `: ${trigger}`, delete: `: -${trigger}`, triggers: [trigger] });
    await stack.up(triggered("a"));
    const { steps } = await stack.up(triggered("b"));
    expect(steps.map(({ op }) => op)).toEqual(["create-replacement", "replace", "delete-replaced"]);
    expect(ran()).toEqual([": a < ", ": b < ", ": -a < "]);
  });

  test("passes 300 KiB of standard input whole", async () => {
    const stack = await newStack();
    const stdin = Array.from({ length: 30_000 }, (_, line) => `line ${line}`).join("\n");
    await stack.up(command({ create: "cat > /dev/null", stdin }));
    expect(server.executions[0]?.stdin).toBe(stdin);
  });

  test("gives its output, without the last line break, to what depends on it", async () => {
    const stack = await newStack();
    const program = () => {
      const first = new remote.Command("first", {
        connection: connection(),
        create: "echo out; echo err >&2",
      });
      const stdin = Output.create(first.stdout).apply((text) => `[${text}]`);
      new remote.Command("second", { connection: connection(), create: "cat", stdin });
    };
    await stack.preview(program);
    expect(server.executions).toEqual([]);
    await stack.up(program);
    expect(server.executions[1]?.stdin).toBe("[out]");
    expect(stack.stateFile()).toContain('"stderr":"err"');
  });

  test("offers the previous output to the next run unless told not to", async () => {
    const stack = await newStack();
    const offering = (stdin: string) => command({ create: "echo out", stdin, addPreviousOutputInEnv: true });
    await stack.up(offering("1"));
    await stack.up(offering("2"));
    await stack.up(command({ create: "echo out", stdin: "3" }));
    const offered = server.executions.map(({ environment }) => environment.PULUMI_COMMAND_STDOUT);
    expect(offered).toEqual([undefined, "out", undefined]);
  });
});

describe("secrets", () => {
  test("the private key and a secret input are nowhere in clear in the state", async () => {
    const stack = await newStack();
    await stack.up(command({ create: "cat > /dev/null", stdin: secret("vrrp-password") }));
    const state = stack.stateFile();
    expect(server.executions[0]?.stdin).toBe("vrrp-password");
    expect(state).toContain('"stdout":""');
    expect(state).not.toContain("vrrp-password");
    expect(state).not.toContain("PRIVATE KEY");
  });

  test("a connection that the program does not mark as secret is one all the same", async () => {
    const stack = await newStack();
    await stack.up(() => void new PlainCommand("web1", { connection: connection(), create: "true" }));
    expect(server.executions).toHaveLength(1);
    expect(stack.stateFile()).not.toContain("PRIVATE KEY");
  });

  test("an input that becomes secret leaves the state", async () => {
    const stack = await newStack();
    await stack.up(command({ create: "cat > /dev/null", stdin: "vrrp-password" }));
    expect(stack.stateFile()).toContain("vrrp-password");
    await stack.up(command({ create: "cat > /dev/null", stdin: secret("vrrp-password") }));
    expect(stack.stateFile()).not.toContain("vrrp-password");
  });
});

describe("a host that cannot be used", () => {
  test("with another host key is not given the command; the message has both fingerprints", async () => {
    const stack = await newStack();
    const message = await stack.upFails(
      command({ create: "true", connection: connection({ hostKey: newKey().public }) }),
    );
    expect(message).toMatch(
      new RegExp(
        `127.0.0.1:${server.port} shows another host key .* expected ssh-ed25519 SHA256:.* got ssh-ed25519 SHA256:`,
      ),
    );
    expect(server.executions).toEqual([]);
  });

  test("that does not answer is dialled again, then named", async () => {
    const stack = await newStack();
    const closed = await startServer();
    await closed.close();
    const program = command({
      create: "true",
      connection: connection({ port: closed.port, dialErrorLimit: 2 }),
    });
    expect(await stack.upFails(program)).toMatch(
      new RegExp(`127.0.0.1:${closed.port} is not reachable over SSH: .*ECONNREFUSED.*\\(3 tries\\)`),
    );
  });

  test("that refuses the key says so without showing it", async () => {
    const stack = await newStack();
    const wrong = newKey().private;
    const message = await stack.upFails(
      command({ create: "true", connection: connection({ privateKey: wrong }) }),
    );
    expect(message).toContain(`127.0.0.1:${server.port} refuses to log in root`);
    expect(message).not.toContain(wrong.split("\n")[2]);
  });

  test("behind a jump host is reached through it, each with its own host key", async () => {
    const stack = await newStack();
    const jump = await startServer();
    const proxy = {
      host: "127.0.0.1",
      port: jump.port,
      privateKey: jump.clientKey.private,
      hostKey: jump.hostKey.public,
    };
    await stack.up(command({ create: "echo through", connection: connection({ proxy }) }));
    expect(jump.forwarded).toEqual([`127.0.0.1:${server.port}`]);
    expect(ran()).toEqual(["echo through < "]);

    const wrongProxy = { ...proxy, hostKey: newKey().public };
    const message = await stack.upFails(
      command({ create: "echo no", connection: connection({ proxy: wrongProxy }) }),
    );
    expect(message).toContain(`127.0.0.1:${jump.port} shows another host key`);
    await jump.close();
  });
});

describe("messages", () => {
  test("a failing command is quoted with its status and everything it printed", async () => {
    const stack = await newStack();
    const message = await stack.upFails(command({ create: 'echo "half done"; echo broken >&2; exit 3' }));
    expect(message).toContain(
      'Process exited with status 3: running "echo \\"half done\\"; echo broken >&2; exit 3":\n',
    );
    expect(message).toContain("half done");
    expect(message).toContain("broken");
  });

  test("what a command prints is shown line by line, only the streams that logging names", async () => {
    const stack = await newStack();
    const create = "echo 'to stdout'; sleep 0.1; echo 'to stderr' >&2";
    const shown = async (logging: NonNullable<remote.CommandArgs["logging"]>) => {
      const { diagnostics } = await stack.up(command({ create: `${create} # ${logging}`, logging }));
      return diagnostics.filter((line) => line.includes("to std")).map((line) => line.trim());
    };
    expect(await shown("stdoutAndStderr")).toEqual(["to stdout", "to stderr"]);
    expect(await shown("stderr")).toEqual(["to stderr"]);
    expect(await shown("none")).toEqual([]);
  });

  test("inputs and types that are not covered are refused by name, and no key is shown", async () => {
    const stack = await newStack();
    const environment = await stack.upFails(command({ create: "true", environment: { A: "b" } }));
    expect(environment).toContain("'environment' on 'remote.CommandInputs' is not supported here");

    const misspelt = { ...connection(), hostkey: "ssh-ed25519 AAAA" };
    const unknown = await stack.upFails(command({ create: "true", connection: misspelt }));
    expect(unknown).toContain("Unrecognized field 'hostkey' on 'remote.Connection'");
    expect(unknown).not.toContain("PRIVATE KEY");

    const copy = await stack.upFails(() => {
      new remote.CopyFile("copy", { connection: connection(), localPath: "a", remotePath: "b" });
    });
    expect(copy).toContain("command:remote:CopyFile");
    expect(copy).toContain("command:remote:Command");
    expect(server.executions).toEqual([]);
  });
});

describe("local commands", () => {
  test("run here with their input, environment and directory, and fail with their status", async () => {
    const stack = await newStack();
    const run = (create: string) => () =>
      void new local.Command("here", { create, stdin: "in", dir: "/", environment: { WHO: "lb1" } });
    await stack.up(run('cat; echo "-$WHO-$PWD"'));
    expect(stack.stateFile()).toContain('"stdout":"in-lb1-/"');
    expect(await stack.upFails(run("echo oops; exit 4"))).toContain(
      'exit status 4: running "echo oops; exit 4":\n',
    );
  });
});
