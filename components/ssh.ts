/** How a host is reached: our arguments → the connection of @pulumi/command, nothing spread, always a secret. */
import type { types } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { errorForPeople } from "../config/configError.ts";

/** SSH access to a host. Give one of `privateKey` and `agent`. */
export interface SshArgs {
  /** Login; it must be root or may run sudo without a password. Default: `root`. */
  readonly user?: pulumi.Input<string>;
  /** Name or address to connect to. Default: the host's address. */
  readonly host?: pulumi.Input<string>;
  /** SSH port. Default: 22. */
  readonly port?: pulumi.Input<number>;
  /** Public host key, `ssh-ed25519 AAAA…`; a host that shows another one is not spoken to (RFC 4251 §4.1). */
  readonly hostKey: pulumi.Input<string>;
  /** Private key in OpenSSH or PEM format; treated as a secret. */
  readonly privateKey?: pulumi.Input<string>;
  /** Passphrase of `privateKey`; treated as a secret. */
  readonly privateKeyPassphrase?: pulumi.Input<string>;
  /** Use the SSH agent that SSH_AUTH_SOCK names where Pulumi runs. Default: false. */
  readonly agent?: boolean;
  /** Jump host to go through, reached with the same key. */
  readonly jump?: JumpArgs;
  /** Attempts to reach the host, 0.1 s to 5 s apart. Default: 10. */
  readonly dialAttempts?: pulumi.Input<number>;
}

/** A host that forwards SSH connections (`ssh -J`). */
export interface JumpArgs {
  /** Name or address. */
  readonly host: pulumi.Input<string>;
  /** SSH port. Default: 22. */
  readonly port?: pulumi.Input<number>;
  /** Login. Default: `root`. */
  readonly user?: pulumi.Input<string>;
  /** Public host key of the jump host. */
  readonly hostKey: pulumi.Input<string>;
}

/** The connection for `command.remote.Command`; a secret as a whole. Throws when no way to authenticate is given. */
export function connectionTo(
  name: string,
  address: pulumi.Input<string>,
  ssh: SshArgs,
): pulumi.Output<types.input.remote.ConnectionArgs> {
  if ((ssh.privateKey === undefined) === !ssh.agent) {
    throw errorForPeople(`${name}: give either ssh.privateKey or ssh.agent: true`);
  }
  const identity = {
    ...(ssh.privateKey !== undefined && { privateKey: ssh.privateKey }),
    ...(ssh.privateKeyPassphrase !== undefined && { privateKeyPassword: ssh.privateKeyPassphrase }),
  };
  const dialErrorLimit = ssh.dialAttempts ?? 10;
  const proxy = ssh.jump && {
    host: ssh.jump.host,
    port: ssh.jump.port ?? 22,
    user: ssh.jump.user ?? "root",
    hostKey: ssh.jump.hostKey,
    dialErrorLimit,
    ...identity,
  };
  return pulumi.secret({
    host: ssh.host ?? address,
    port: ssh.port ?? 22,
    user: ssh.user ?? "root",
    hostKey: ssh.hostKey,
    dialErrorLimit,
    ...identity,
    ...(proxy && { proxy }),
  }) as pulumi.Output<types.input.remote.ConnectionArgs>;
}
