/** How a host is reached: our arguments → the connection of @pulumi/command, every field known, always a secret. */
import * as pulumi from "@pulumi/pulumi";
import { configError } from "../config/configError.ts";
import { type Credentials, withoutCredentials } from "../config/credentials.ts";
import { keyFileIssues, readKey } from "../config/keyFile.ts";
import { routeIssues, routeTo, type SshRoute } from "../config/ssh.ts";
import type { Connection } from "../reading/target.ts";
import { accessSchema } from "./argsSchemas.ts";
import type { HostArgs, Machine } from "./convergedHost.ts";
import { validated } from "./validate.ts";

/** How hosts of a cluster are reached, unless one says otherwise. */
export interface SharedSshArgs {
  /** Login; it must be root or may run sudo without a password. Default: `root`. */
  readonly user?: pulumi.Input<string> | undefined;
  /** SSH port, 1 to 65535. Default: 22. */
  readonly port?: pulumi.Input<number> | undefined;
  /** Private key in OpenSSH or PEM format; treated as a secret. Give one of this, `privateKeyFile` and `agent`. */
  readonly privateKey?: pulumi.Input<string> | undefined;
  /** Passphrase of the private key; treated as a secret. Default: none. */
  readonly privateKeyPassphrase?: pulumi.Input<string> | undefined;
  /** Private key file where Pulumi runs, `~/` allowed. */
  readonly privateKeyFile?: pulumi.Input<string> | undefined;
  /** Use the SSH agent that SSH_AUTH_SOCK names where Pulumi runs. Default: false. */
  readonly agent?: pulumi.Input<boolean> | undefined;
  /** Jump host to go through, reached with the same key. Default: none. */
  readonly jump?: JumpArgs | undefined;
  /** Attempts to reach the host, 1 to 100, each of at most 15 s, 0.1 s to 5 s apart. Default: 10. */
  readonly dialAttempts?: pulumi.Input<number> | undefined;
}

/** SSH access to a host. */
export interface SshArgs extends SharedSshArgs {
  /** Name or address to connect to. Default: the host's address. */
  readonly host?: pulumi.Input<string> | undefined;
  /** Public host key, `ssh-ed25519 AAAA…`; a host that shows another one is not spoken to (RFC 4251 §4.1). */
  readonly hostKey: pulumi.Input<string>;
}

/** A host that forwards SSH connections (`ssh -J`). */
export interface JumpArgs {
  /** Name or address to connect to. */
  readonly host: pulumi.Input<string>;
  /** SSH port, 1 to 65535. Default: 22. */
  readonly port?: pulumi.Input<number> | undefined;
  /** Login; it needs no rights but to forward. Default: `root`. */
  readonly user?: pulumi.Input<string> | undefined;
  /** Public host key of the jump host, `ssh-ed25519 AAAA…`. */
  readonly hostKey: pulumi.Input<string>;
}

/** The machine of a host whose arguments are at `path` in messages. */
export function machineOf(path: string, { address, ssh, machineId = "" }: HostArgs): Machine {
  const { rest, credentials } = withoutCredentials({ ssh });
  const route = pulumi.output({ address, rest }).apply(({ address, rest }) => {
    const { ssh = {} } = validated(accessSchema, path, rest);
    const host = { address, ssh };
    const issues = [...routeIssues(path, host), ...keyFileIssues([{ path: `${path}.ssh`, ssh }])];
    if (issues.length > 0) throw configError(issues);
    return routeTo(host);
  });
  return { address: pulumi.output(address), connection: connectionOver(route, credentials), machineId };
}

/** The connection for `command.remote.Command`; a secret as a whole. */
export function connectionOver(
  route: pulumi.Output<SshRoute>,
  credentials: Credentials,
): pulumi.Output<Connection> {
  const connection = route.apply(
    ({ privateKey, privateKeyPassphrase, privateKeyFile, jump, dialAttempts, ...login }) => {
      const identity = pulumi.output({
        ...(privateKey && { privateKey: secretOf(credentials, privateKey) }),
        ...(privateKeyFile && { privateKey: readKey(privateKeyFile) }),
        ...(privateKeyPassphrase && { privateKeyPassword: secretOf(credentials, privateKeyPassphrase) }),
      });
      // The provider dials once more than the errors it allows (reachedDialingErrorLimit in its connection.go).
      const howLong = { dialErrorLimit: dialAttempts - 1 };
      return identity.apply((keys) => {
        return { ...login, ...howLong, ...keys, ...(jump && { proxy: { ...jump, ...howLong, ...keys } }) };
      });
    },
  );
  return pulumi.secret(connection);
}

/** `withoutCredentials` has put the words there. */
function secretOf(credentials: Credentials, words: string): pulumi.Input<string> {
  const secret = credentials.get(words);
  if (secret === undefined) throw new Error(`there is no ${words}`);
  return secret as pulumi.Input<string>;
}
