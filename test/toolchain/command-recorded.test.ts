/** The stand-in for the command plugin is asked what the official one was asked, and answers the same. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { newKey, startServer, type TestServer } from "../ssh/server.ts";
import { type PluginClient, startStandIn } from "./pluginClient.ts";
import { exchangesWith, Replay } from "./recorded.ts";

let servers: TestServer[];
let plugin: PluginClient;
let replay: Replay;

beforeAll(async () => {
  const server = await startServer({ password: "PASSWORD" });
  const jump = await startServer({ password: "PASSWORD", clientKey: newKey("PASSPHRASE") });
  servers = [server, jump];
  plugin = await startStandIn("command");
  replay = new Replay(plugin, {
    PORT: server.port,
    HOST_KEY: server.hostKey.public,
    PRIVATE_KEY: server.clientKey.private,
    JUMP_PORT: jump.port,
    JUMP_HOST_KEY: jump.hostKey.public,
    JUMP_PRIVATE_KEY: jump.clientKey.private,
  });
});

afterAll(async () => {
  await plugin.close();
  for (const server of servers) await server.close();
});

it.each(exchangesWith("command"))("$title", async (exchange) => {
  const { expected, answer } = await replay.ask(exchange);
  expect(answer).toEqual(expected);
});
