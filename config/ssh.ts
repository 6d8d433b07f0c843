/** How each host is reached, from the shared `ssh` settings and the host's own; the rules for them. */
import type { Issue } from "../model/issue.ts";
import type { Config, HostConfig } from "./schema.ts";

/** The SSH settings of one host, defaults still open. */
export interface SshRoute {
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly hostKey: string;
  readonly privateKeyFile?: string;
  readonly agent?: boolean;
  readonly jump?: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly hostKey: string;
  };
  readonly dialAttempts?: number;
}

/** The routes to all hosts by name; outside the lab, after `sshIssues` has found nothing. */
export function sshRoutes(config: Config): Record<string, SshRoute> {
  return Object.fromEntries(hosts(config).map(([, name, host]) => [name, route(config, host)]));
}

/** What is wrong with the ways to the hosts. `hasKey` tells whether the secret `sshPrivateKey` is set. */
export function sshIssues(config: Config, hasKey: boolean): Issue[] {
  if (config.lab) return labIssues(config);
  return hosts(config).flatMap(([kind, name, host]) => {
    const path = `${kind}.${name}.ssh`;
    const { hostKey, privateKeyFile, agent } = route(config, host);
    const ways = [privateKeyFile !== undefined, agent === true, hasKey].filter(Boolean).length;
    return [
      ...(hostKey ? [] : [{ path: `${path}.hostKey`, given: undefined, remedy: keyScan(host) }]),
      ...(ways === 1
        ? []
        : [{ path, given: ways ? { privateKeyFile, agent } : undefined, remedy: oneWay(ways) }]),
    ];
  });
}

function route(config: Config, host: HostConfig): SshRoute {
  const { hostKey = "", ...own } = host.ssh ?? {};
  // A host that names its own way to authenticate does not use the shared one.
  const { privateKeyFile, agent, ...shared } = config.ssh ?? {};
  const way = own.privateKeyFile !== undefined || own.agent !== undefined ? {} : { privateKeyFile, agent };
  return withoutUndefined({ ...shared, ...way, ...own, hostKey });
}

function labIssues(config: Config): Issue[] {
  const remedy = "leave it out: the lab makes its own keys";
  return [
    ...(config.ssh ? [{ path: "ssh", given: config.ssh, remedy }] : []),
    ...hosts(config)
      .filter(([, , host]) => host.ssh)
      .map(([kind, name, host]) => ({ path: `${kind}.${name}.ssh`, given: host.ssh, remedy })),
  ];
}

function hosts(config: Config): [kind: string, name: string, host: HostConfig][] {
  return [
    ...Object.entries(config.directors).map(
      ([name, host]) => ["directors", name, host] as [string, string, HostConfig],
    ),
    ...Object.entries(config.realServers).map(
      ([name, host]) => ["realServers", name, host] as [string, string, HostConfig],
    ),
  ];
}

function keyScan(host: HostConfig): string {
  const where = host.ssh?.host ?? host.address;
  return `give the host's public key, as \`ssh-keyscan -t ed25519 ${where}\` prints it without the name; compare it on the host`;
}

function oneWay(ways: number): string {
  return `give ${ways ? "only one" : "one"} of privateKeyFile, agent: true, or the secret sshPrivateKey`;
}

function withoutUndefined(route: { [K in keyof SshRoute]: SshRoute[K] | undefined }): SshRoute {
  return Object.fromEntries(
    Object.entries(route).filter(([, value]) => value !== undefined),
  ) as unknown as SshRoute;
}
