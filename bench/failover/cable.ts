/** The cable of a lab host: the engine's end of its link, pulled and plugged in while the host itself notices nothing. */
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import Docker from "dockerode";
import { runInClient } from "../../load/inClient.ts";

/** Cuts a container's link, or mends it; a guest kernel does not outlive that its own end is taken down. */
export async function setCable(host: Docker.Container, state: "down" | "up"): Promise<void> {
  const index = (await runInClient(host, "cat", "/sys/class/net/eth0/iflink")).trim();
  const { Image } = await host.inspect();
  const shown = new PassThrough();
  // In the engine's own network, which this process need not have rights in.
  const [{ StatusCode }] = await new Docker().run(Image, ["link", "set", "dev", `if${index}`, state], shown, {
    Entrypoint: ["ip"],
    HostConfig: { NetworkMode: "host", CapAdd: ["NET_ADMIN"], AutoRemove: true },
  });
  shown.end();
  if (StatusCode !== 0)
    throw new Error(`the cable of ${host.id} cannot be set ${state}: ${await text(shown)}`);
}
