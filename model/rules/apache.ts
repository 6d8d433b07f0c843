/** What must hold of services whose Apache is managed. */
import { fetchedPath, givenPort } from "../healthCheck.ts";
import { managedDestinations } from "../paths.ts";
import { issue, type Rule } from "./rule.ts";

export const apacheRules: readonly Rule[] = [
  {
    id: "apache-speaks-http",
    reason: "The managed Apache serves HTTP; TLS needs certificates that are not ours to make.",
    check: (cluster) =>
      managedDestinations(cluster)
        .filter(({ service }) => service.protocol !== "tcp" || service.healthCheck.type === "https")
        .map(({ path, service, to }) =>
          issue(
            path,
            `${service.protocol}, ${service.healthCheck.type} check`,
            `the managed Apache of ${to.name} serves plain HTTP; remove realServers.${to.name}.apache`,
          ),
        ),
  },
  {
    id: "apache-listens",
    reason: "A managed Apache listens on the ports it was given, for clients and for health checks.",
    check: (cluster) =>
      managedDestinations(cluster).flatMap(({ service, to, apache }) => {
        const path = `virtualServices.${service.name}`;
        const asked = {
          [`${path}.port`]: service.port,
          [`${path}.healthCheck.port`]: givenPort(service.healthCheck),
        };
        return Object.entries(asked)
          .filter(([, port]) => port !== undefined && !apache.ports.includes(port))
          .map(([at, port]) =>
            issue(
              at,
              port,
              `give one of ${apache.ports.join(", ")}: the managed Apache of ${to.name} listens there`,
            ),
          );
      }),
  },
  {
    id: "apache-knows-path",
    reason: "Apache compares a path decoded, so one written with % is never found.",
    check: (cluster) =>
      managedDestinations(cluster)
        .filter(({ service }) => fetchedPath(service.healthCheck)?.includes("%"))
        .map(({ service, to }) =>
          issue(
            `virtualServices.${service.name}.healthCheck.path`,
            fetchedPath(service.healthCheck),
            `give a path without %: the managed Apache of ${to.name} compares it decoded`,
          ),
        ),
  },
];
