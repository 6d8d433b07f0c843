/** The health check for real, against servers on the loopback. */
import { execFileSync } from "node:child_process";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { planDirector } from "../../render/director.ts";
import { clusterOf, inCheckout, readStack, type Settings } from "../fixtures.ts";
import { refusalOf, renderedCheck, runChecks } from "./checkProgram.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Port on which it listens; it ends with the test. */
async function portOf(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return (server.address() as AddressInfo).port;
}

const http = (answer: RequestListener) => portOf(createServer(answer));
const answering = (status: number, body = "") => http((_, response) => response.writeHead(status).end(body));
const check = (port: number, settings: Settings = {}) =>
  renderedCheck({ port, timeoutSeconds: 30, ...settings });
const down = (port: number, reason: string) => [
  `log: web: 127.0.0.1, asked through VIP 127.0.0.1:${port}: ${reason}`,
  `down: ${reason}`,
];

describe("a real server is up", () => {
  it.each([200, 204, 299])("when it answers %i", async (status) => {
    expect(await runChecks(check(await answering(status)))).toEqual(["up"]);
  });

  it.each(["^ok$", "o(k|h)", "\\bok\\b", " *", "'?ok"])("when its answer matches %s", async (pattern) => {
    expect(await runChecks(check(await answering(200, "ok"), { expect: pattern }))).toEqual(["up"]);
  });

  it("when its answer matches, in whatever pieces it comes", async () => {
    const inPieces: RequestListener = (_, response) => {
      response.write("all ");
      setTimeout(() => response.end("well"), 50);
    };
    expect(await runChecks(check(await http(inPieces), { expect: "^all well$" }))).toEqual(["up"]);
  });

  it("when it says that it goes on before it answers", async () => {
    const port = await http((_, response) => {
      response.writeProcessing();
      response.end("ok");
    });
    expect(await runChecks(check(port, { expect: "^ok$" }))).toEqual(["up"]);
  });

  it("when it answers over TLS, with whatever certificate", async () => {
    const port = await portOf(createTlsServer(certificate(), (_, response) => response.end()));
    expect(await runChecks(check(port, { type: "https" }))).toEqual(["up"]);
  });

  it("when it takes a connection, where no more is asked", async () => {
    const port = await portOf(createTcpServer((socket) => socket.destroy()));
    expect(await runChecks(check(port, { type: "connect" }))).toEqual(["up"]);
  });
});

describe("a real server is down, and the log says why,", () => {
  it("when it answers another status", async () => {
    const port = await answering(503, "ok");
    expect(await runChecks(check(port, { expect: "ok" }))).toEqual(down(port, "503 Service Unavailable"));
  });

  it("when it sends clients elsewhere", async () => {
    const port = await http((_, response) => response.writeHead(302, { location: "/elsewhere" }).end());
    expect(await runChecks(check(port))).toEqual(down(port, "302 Found"));
  });

  it.each([
    ["HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok", "the answer ends early"],
    ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", "the answer ends early"],
    ["HTTP/1.1 200 OK\r\n", "the answer ends within its head"],
    ["220 mail.example.com\r\n\r\n", "the answer is not HTTP"],
  ])("when its answer is not whole: %j", async (text, reason) => {
    const port = await portOf(createTcpServer((socket) => socket.once("data", () => socket.end(text))));
    expect(await runChecks(check(port))).toEqual(down(port, reason));
  });

  it("when its answer does not match", async () => {
    const port = await answering(200, "failed");
    expect(await runChecks(check(port, { expect: "^ok" }))).toEqual(
      down(port, "the answer does not match ^ok"),
    );
  });

  it.each(["http", "https", "connect"])("when it refuses the connection (%s)", async (type) => {
    const port = await answering(200);
    await new Promise((closed) => servers.pop()?.close(closed));
    const [logged, ended] = await runChecks(check(port, { type }));
    expect(logged).toContain("Connection refused");
    expect(ended).toMatch(/^down: /);
  });

  it.each([
    ["says nothing", "http", () => undefined],
    ["says nothing where TLS is due", "https", () => undefined],
    [
      "goes on for ever",
      "http",
      (write: (text: string) => void) => {
        write("HTTP/1.1 200 OK\r\n\r\n");
        setInterval(() => write("more"), 100).unref();
      },
    ],
  ])("when it %s for longer than its time (%s)", async (_, type, behave) => {
    const port = await portOf(
      createTcpServer((socket) => {
        socket.on("error", () => undefined);
        behave((text) => socket.write(text));
      }),
    );
    expect(await runChecks(check(port, { type, timeoutSeconds: 1 }))).toEqual(
      down(port, "no answer within 1 s"),
    );
  });
});

describe("a health check", () => {
  it.each([
    [{}, "127.0.0.1"],
    [{ virtualHost: "www.example.com" }, "www.example.com"],
  ])("asks for the path and the host that were configured: %o", async (settings, host) => {
    const asked: unknown[] = [];
    const port = await http(({ method, url, headers }, response) => {
      asked.push([method, url, headers.host]);
      response.end();
    });
    await runChecks(check(port, { path: "/a//b?c=%20&d='$e'", ...settings }));
    expect(asked).toEqual([["GET", "/a//b?c=%20&d='$e'", host]]);
  });

  it("logs a change, and no second time what it has logged", async () => {
    const statuses = [200, 500, 404, 200, 200];
    const port = await http((_, response) => response.writeHead(statuses.shift() ?? 0).end());
    const asked = `log: web: 127.0.0.1, asked through VIP 127.0.0.1:${port}`;
    expect(await runChecks(...Array(5).fill(check(port)))).toEqual([
      "up",
      `${asked}: 500 Internal Server Error`,
      "down: 500 Internal Server Error",
      "down: 404 Not Found",
      `${asked}: up again`,
      "up",
      "up",
    ]);
  });

  it("counts from the next time on when its file has changed: ldirectord is reloaded, not restarted", async () => {
    const port = await answering(200, "new");
    const [, ended, ...again] = await runChecks(
      check(port, { expect: "old" }),
      check(port, { expect: "new" }),
    );
    expect(ended).toMatch(/^down/);
    expect(again.at(-1)).toBe("up");
  });
});

describe("the file of a health check", () => {
  const text = fc.string({
    unit: fc.oneof(
      fc.constantFrom(..."'\\\"$@%{}()q#\n"),
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
    ),
    minLength: 1,
  });

  it("means exactly the texts that were configured, whatever they hold", () => {
    fc.assert(
      fc.property(text, text, text, (path, pattern, virtualHost) => {
        expect(settingsIn({ path, expect: pattern, virtualHost })).toEqual([path, pattern, virtualHost]);
      }),
      { numRuns: 60 },
    );
  });

  it("is accepted by a host, as is the program that it calls", async () => {
    expect(await refusalOf(renderedCheck({ path: "/it's", expect: "it's (ok|\\\\)" }))).toBe("");
    expect(await refusalOf(execFileSync("cat", [inCheckout("host/check.pl")], { encoding: "utf8" }))).toBe(
      "",
    );
  });

  it.each([
    ["does not compile", "PulumiLvs::check({ type => 'http' ", "syntax error"],
    ["has a pattern that is none", renderedCheck({ expect: "(" }), "Unmatched ( in regex"],
    [
      "asks in a way that there is not",
      renderedCheck({}).replace("'http'", "'gopher'"),
      'no way to check "gopher"',
    ],
  ])("is refused by a host when it %s", async (_, content, reason) => {
    const refusal = await refusalOf(content);
    expect(refusal).toMatch(/^refused: /);
    expect(refusal).toContain(reason);
  });

  it("that does not compile counts as down where it is there nevertheless", async () => {
    expect((await runChecks("PulumiLvs::check({ type => 'http' ")).join()).toMatch(/^down: /);
  });
});

/** What Perl takes a rendered file to say; the schema lets through less than this renders. */
function settingsIn(texts: { path: string; expect: string; virtualHost: string }): string[] {
  const cluster = clusterOf(readStack("Pulumi.dev.yaml"));
  const virtualServices = cluster.virtualServices.map((service) => ({
    ...service,
    healthCheck: { ...service.healthCheck, ...texts },
  }));
  const [director] = cluster.directors;
  if (!director) throw new Error("the cluster has no director");
  const file = planDirector({ ...cluster, virtualServices }, director).items.find(
    (item) => item.kind === "file" && item.path.endsWith("/checks/web"),
  );
  const program = `
    $INC{"/usr/local/lib/pulumi-lvs/check.pl"} = 1;
    sub PulumiLvs::check { print join " ", map { unpack "H*", $_ } @{ $_[0] }{qw(path expect virtualHost)} }
    eval("sub { \\@ARGV = \\@_; " . join("", <STDIN>) . " }")->();`;
  const printed = execFileSync("perl", ["-e", program], {
    input: file?.kind === "file" ? file.content : "",
    encoding: "utf8",
  });
  return printed.split(" ").map((hex) => Buffer.from(hex, "hex").toString());
}

/** A key and a certificate that nobody has signed. */
function certificate(): { key: string; cert: string } {
  const program = `
    use IO::Socket::SSL::Utils;
    my ($cert, $key) = CERT_create(subject => { commonName => "web1" });
    print PEM_cert2string($cert), PEM_key2string($key);`;
  const printed = execFileSync("perl", ["-e", program], { encoding: "utf8" });
  return { key: printed, cert: printed };
}
