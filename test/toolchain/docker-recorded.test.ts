/** The stand-in for the docker plugin is asked what the official one was asked, and answers the same. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { removeLeftovers } from "./daemonState.ts";
import { type PluginClient, startStandIn } from "./pluginClient.ts";
import { exchangesWith, Replay } from "./recorded.ts";
import { label, link, names, writeTinyContext } from "./tinyLab.ts";

/** Has an entry point, a directory and a signal of its own, which a container takes from its image. */
const dockerfile = `FROM scratch AS tiny
COPY wait marker /
WORKDIR /srv
STOPSIGNAL SIGTERM
ENTRYPOINT ["/wait"]
`;

let context: string;
let plugin: PluginClient;
let replay: Replay;

beforeAll(async () => {
  await removeLeftovers();
  context = await mkdtemp(join(tmpdir(), "pulumi-lvs-test-"));
  await writeTinyContext(context, "first");
  await writeFile(join(context, "Dockerfile"), dockerfile);
  // Goes into the digest after what is in `srv`, though its path comes first in the alphabet.
  await writeFile(join(context, "srv.d"), "");
  await mkdir(join(context, "srv"));
  await writeFile(join(context, "srv", "more"), "");
  plugin = await startStandIn("docker");
  replay = new Replay(plugin, {
    CONTEXT: context,
    CONTAINER_NAME: names.container,
    IMAGE_NAME: names.image,
    LINK: link,
    NETWORK_NAME: names.network,
    STACK_LABEL: label.value,
  });
});

afterAll(async () => {
  await plugin.close();
  await removeLeftovers();
  await rm(context, { recursive: true });
});

/** A file of the context when it was first looked at, and when it was next. */
const markers = ["first", "second"];

it.each(exchangesWith("docker"))("$title", async (exchange) => {
  if (exchange.title === "check of image") await writeFile(join(context, "marker"), markers.shift() ?? "");
  const { expected, answer } = await replay.ask(exchange);
  expect(answer).toEqual(expected);
});
