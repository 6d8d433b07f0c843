/** Removes what a run of the tests that was killed has left on the Docker engine. */
import Docker from "dockerode";

export async function removeLeftovers(stack: string): Promise<void> {
  const docker = new Docker();
  const filters = { label: [`pulumi-lvs.stack=${stack}`] };
  const containers = await docker.listContainers({ all: true, filters });
  await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })));
  const networks = await docker.listNetworks({ filters });
  await Promise.all(networks.map(({ Id }) => docker.getNetwork(Id).remove()));
}
