/** What the Docker daemon itself says about the objects of the docker plugin's tests. */
import { text } from "node:stream/consumers";
import Docker from "dockerode";
import { extract } from "tar-stream";
import { label, names } from "./tinyLab.ts";

export const daemon = new Docker();

/** What these tests, or an interrupted run of them, may have left. */
export async function removeLeftovers(): Promise<void> {
  const filters = { label: [`${label.label}=${label.value}`] };
  for (const { Id } of await daemon.listContainers({ all: true, filters })) {
    await daemon.getContainer(Id).remove({ force: true });
  }
  for (const { Id } of await daemon.listNetworks({ filters })) await daemon.getNetwork(Id).remove();
  for (const { Id } of await daemon.listImages({ filters: { reference: [names.image] } })) {
    await daemon.getImage(Id).remove({ force: true });
  }
}

/** Containers, running or not, that were made for this command. */
export async function containersRunning(command: string) {
  const containers = await daemon.listContainers({ all: true });
  return containers.filter(({ Command }) => Command === command);
}

/** The container as the daemon describes it. */
export function inspectHost() {
  return daemon.getContainer(names.container).inspect();
}

/** A file as it lies in the container. */
export async function readFromHost(path: string) {
  const tar = extract();
  const file = new Promise<{ mode: number | undefined; uid: number | undefined; content: string }>(
    (resolve, reject) => {
      tar.on("entry", ({ mode, uid }, stream) => {
        text(stream).then((content) => resolve({ mode: mode && mode & 0o7777, uid, content }), reject);
      });
    },
  );
  (await daemon.getContainer(names.container).getArchive({ path })).pipe(tar);
  return file;
}
