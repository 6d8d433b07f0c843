/** The parts of a cluster, each with the path under which a user has written it. */
import type { Apache, Cluster, Destination, VirtualService } from "./cluster.ts";

/** Directors and real servers. */
export function hosts({ directors, realServers }: Cluster): { path: string; address: string }[] {
  return [
    ...directors.map(({ name, address }) => ({ path: `directors.${name}`, address })),
    ...realServers.map(({ name, address }) => ({ path: `realServers.${name}`, address })),
  ];
}

export function services({ virtualServices }: Cluster): { path: string; service: VirtualService }[] {
  return virtualServices.map((service) => ({ path: `virtualServices.${service.name}`, service }));
}

/** Each real server of each service. */
export function destinations(cluster: Cluster): { path: string; service: VirtualService; to: Destination }[] {
  return services(cluster).flatMap(({ path, service }) =>
    service.realServers.map((to) => ({ path: `${path}.realServers.${to.name}`, service, to })),
  );
}

/** Those of them whose Apache is ours. */
export function managedDestinations(
  cluster: Cluster,
): { path: string; service: VirtualService; to: Destination; apache: Apache }[] {
  return destinations(cluster).flatMap((destination) => {
    const apache = cluster.realServers.find(({ name }) => name === destination.to.name)?.apache;
    return apache ? [{ ...destination, apache }] : [];
  });
}
