/** What a real server says of its own application, asked for over real sockets. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Sandbox } from "./sandbox.ts";

const server = `
const { createServer } = require("node:http");
createServer((request, response) => {
  response.statusCode = request.url === "/healthz" ? 200 : 404;
  response.end();
}).listen(0, "0.0.0.0", function () { console.log(this.address().port); });`;

const sandbox = new Sandbox();
let child: ChildProcess;
let port = "";
beforeAll(async () => {
  child = spawn(process.execPath, ["-e", server], { stdio: ["ignore", "pipe", "inherit"] });
  const [printed] = await once(child.stdout as NonNullable<ChildProcess["stdout"]>, "data");
  port = String(printed).trim();
});
afterAll(() => {
  child.kill();
  sandbox.remove();
});

// All of 127.0.0.0/8 leads to the server, but one address of it is on an interface.
it.each([
  ["what it answers", "127.0.0.1 PORT /healthz", "answers 200"],
  ["that it answers otherwise", "127.0.0.1 PORT /other", "answers 404"],
  ["that nobody listens", "127.0.0.1 1 /", "no answer"],
  ["no difference at an address that it does not have", "127.0.0.2 PORT /other", "answers 200"],
])("is %s", (_, asked, found) => {
  expect(sandbox.bash(`http_read "${asked.replace("PORT", port)}"; echo "$found"`)).toBe(`${found}\n`);
});
