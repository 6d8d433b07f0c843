/** How each host is reached, from the shared `ssh` settings and the host's own; the rules for them. */
import type { Issue } from "../model/issue.ts";
import { sshDefaults } from "./schema/ssh.ts";
import type { Config, HostConfig } from "./schema.ts";

/** The settings of one host, or those that hosts share. */
type SshConfig = NonNullable<HostConfig["ssh"]>;

/** What of a host says how it is reached. */
type ReachedHost = Pick<HostConfig, "address" | "ssh">;

/** The way to one host, complete. Where it has no key, the agent of `SSH_AUTH_SOCK` is used. */
export interface SshRoute {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly hostKey: string;
  readonly dialAttempts: number;
  readonly jump?: NonNullable<SshConfig["jump"]>;
  /** The words that stand for the secret (config/credentials.ts). */
  readonly privateKey?: string;
  readonly privateKeyPassphrase?: string;
  readonly privateKeyFile?: string;
}

/** The way to a host, after `routeIssues` has found nothing. */
export function routeTo(host: ReachedHost, shared?: Config["ssh"]): SshRoute {
  const { hostKey = "", agent: _, ...route } = joined(host, shared);
  return { ...sshDefaults, host: host.address, ...given(route), hostKey };
}

/** What is wrong with the way to a host that is written at `path`. */
export function routeIssues(path: string, host: ReachedHost, shared?: Config["ssh"]): Issue[] {
  const { hostKey, privateKey, privateKeyFile, agent } = joined(host, shared);
  const ways = [privateKey, privateKeyFile, agent || undefined].filter((way) => way !== undefined);
  return [
    ...(hostKey ? [] : [{ path: `${path}.ssh.hostKey`, given: undefined, remedy: keyScan(host) }]),
    ...(ways.length === 1
      ? []
      : [
          {
            path: `${path}.ssh`,
            given: ways.length > 0 ? { privateKey, privateKeyFile, agent } : undefined,
            remedy: `give ${ways.length > 0 ? "only one" : "one"} of privateKey, privateKeyFile, agent: true`,
          },
        ]),
  ];
}

/** What is wrong with the ways to the hosts. */
export function sshIssues(config: Config): Issue[] {
  if (config.lab) {
    const remedy = "leave it out: the lab makes its own keys";
    return sshBlocks(config).map(({ path, ssh }) => ({ path, given: ssh, remedy }));
  }
  return hosts(config).flatMap(({ path, host }) => routeIssues(path, host, config.ssh));
}

/** Settings of `ssh`, and where they are written. */
export interface SshBlock {
  readonly path: string;
  readonly ssh: SshConfig;
}

/** Every `ssh` that is written, the shared one first. */
export function sshBlocks(config: Config): SshBlock[] {
  const shared = config.ssh ? [{ path: "ssh", ssh: config.ssh }] : [];
  const own = hosts(config).flatMap(({ path, host: { ssh } }) => (ssh ? [{ path: `${path}.ssh`, ssh }] : []));
  return [...shared, ...own];
}

function joined({ ssh: own = {} }: ReachedHost, shared: Config["ssh"] = {}): SshConfig {
  // A host that names its own way to authenticate does not use the shared one.
  const { privateKey, privateKeyFile, agent, ...rest } = shared;
  const ways = [own.privateKey, own.privateKeyFile, own.agent];
  const way = ways.some((each) => each !== undefined) ? {} : { privateKey, privateKeyFile, agent };
  return { ...rest, ...way, ...given(own) };
}

function hosts({ directors, realServers }: Config): { readonly path: string; readonly host: HostConfig }[] {
  return Object.entries({ directors, realServers }).flatMap(([kind, all]) =>
    Object.entries(all).map(([name, host]) => ({ path: `${kind}.${name}`, host })),
  );
}

function keyScan(host: ReachedHost): string {
  const where = host.ssh?.host ?? host.address;
  return `give the host's public key, as \`ssh-keyscan -t ed25519 ${where}\` prints it without the name; compare it on the host`;
}

/** What of a mapping is given: one that is joined with another one must not hide what is there. */
function given<T extends object>(mapping: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(mapping).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
