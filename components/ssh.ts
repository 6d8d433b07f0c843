/** How a host is reached: our arguments → the connection of @pulumi/command, every field known, always a secret. */
import * as pulumi from "@pulumi/pulumi";
import { errorForPeople } from "../config/configError.ts";
import type { Connection } from "../reading/target.ts";
import { sshRouteSchema } from "./argsSchemas.ts";
import { validated } from "./validate.ts";

/** SSH access to a host. Give one of `privateKey` and `agent`. */
export interface SshArgs {
  /** Login; it must be root or may run sudo without a password. Default: `root`. */
  readonly user?: pulumi.Input<string> | undefined;
  /** Name or address to connect to. Default: the host's address. */
  readonly host?: pulumi.Input<string> | undefined;
  /** SSH port, 1 to 65535. Default: 22. */
  readonly port?: pulumi.Input<number> | undefined;
  /** Public host key, `ssh-ed25519 AAAA…`; a host that shows another one is not spoken to (RFC 4251 §4.1). */
  readonly hostKey: pulumi.Input<string>;
  /** Private key in OpenSSH or PEM format; treated as a secret. Default: none, `agent` is used. */
  readonly privateKey?: pulumi.Input<string> | undefined;
  /** Passphrase of `privateKey`; treated as a secret. Default: none. */
  readonly privateKeyPassphrase?: pulumi.Input<string> | undefined;
  /** Use the SSH agent that SSH_AUTH_SOCK names where Pulumi runs. Default: false. */
  readonly agent?: boolean | undefined;
  /** Jump host to go through, reached with the same key. Default: none. */
  readonly jump?: JumpArgs | undefined;
  /** Attempts to reach the host, each of at most 15 s, 0.1 s to 5 s apart. Default: 10. */
  readonly dialAttempts?: pulumi.Input<number> | undefined;
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

/** The connection for `command.remote.Command`; a secret as a whole. Throws when no way to authenticate is given. */
export function connectionTo(
  name: string,
  address: pulumi.Input<string>,
  ssh: SshArgs,
): pulumi.Output<Connection> {
  const { user, host = address, port, hostKey, jump, dialAttempts, privateKey, privateKeyPassphrase } = ssh;
  if ((privateKey === undefined) === !ssh.agent) {
    throw errorForPeople(`${name}: give either ssh.privateKey or ssh.agent: true`);
  }
  const identity = pulumi.output({
    ...(privateKey !== undefined && { privateKey }),
    ...(privateKeyPassphrase !== undefined && { privateKeyPassword: privateKeyPassphrase }),
  });
  const route = pulumi
    .output({ user, host, port, hostKey, jump, dialAttempts })
    .apply((written) => validated(sshRouteSchema, `${name}.ssh`, written));
  const connection = pulumi.all([route, identity]).apply(([{ jump, dialAttempts, ...login }, keys]) => {
    // The provider dials once more than the errors it allows (reachedDialingErrorLimit in its connection.go).
    const howLong = { dialErrorLimit: dialAttempts - 1 };
    return { ...login, ...howLong, ...keys, ...(jump && { proxy: { ...jump, ...howLong, ...keys } }) };
  });
  return pulumi.secret(connection);
}
