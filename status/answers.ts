/** Sends requests from the lab's client to the VIP and counts who answered. */
import { PassThrough } from "node:stream";
import Docker from "dockerode";

/** How often each real server answered, by the body it sent; `no answer` counts failures. */
export type Answers = Readonly<Record<string, number>>;

/** The answers to requests that the client of a stack's lab sends one after the other; undefined when it is gone. */
export async function requestFromClient(
  stack: string,
  url: string,
  requests: number,
): Promise<Answers | undefined> {
  const docker = new Docker();
  const label = [`pulumi-lvs.stack=${stack}`, "pulumi-lvs.host=client"];
  const [client] = await docker.listContainers({ filters: { label } });
  if (!client) return undefined;
  // One curl per request: with one for all, a kept-alive connection would stay with one real server.
  const loop = `for _ in $(seq "$2"); do curl -s -m 3 "$1" || echo 'no answer'; done`;
  const run = await docker.getContainer(client.Id).exec({
    Cmd: ["sh", "-c", loop, "-", url, String(requests)],
    AttachStdout: true,
  });
  const text = new PassThrough();
  const stream = await run.start({});
  docker.modem.demuxStream(stream, text, text);
  stream.on("end", () => text.end());
  const counts: Record<string, number> = {};
  for (const answer of (await text.toArray()).join("").split("\n").filter(Boolean)) {
    counts[answer] = (counts[answer] ?? 0) + 1;
  }
  return counts;
}
