/** What it takes to reach one host over SSH, and the errors that reaching it can end in. */

/** One SSH server and how to log in there. */
export interface SshHop {
  /** DNS name or address. */
  host: string;
  /** TCP port; default 22. */
  port?: number;
  /** Login user; default `root`. */
  user?: string;
  /** Private key text, OpenSSH or PEM; tried before the password. */
  privateKey?: string;
  /** Passphrase of an encrypted `privateKey`. */
  passphrase?: string;
  /** Password, also given to keyboard-interactive prompts. */
  password?: string;
  /** Path of an SSH agent's socket; its keys are tried last. */
  agentSocket?: string;
  /** The one accepted host key as an authorized_keys line (`ssh-ed25519 AAAA…`); absent: any is accepted, as the command provider has it. */
  hostKey?: string;
  /** Failed dials that are retried before giving up; default 10, -1 for no limit. */
  dialErrorLimit?: number;
  /** Longest time one dial may take until login is complete, in seconds; default 15, 0 for no limit. */
  perDialTimeoutSeconds?: number;
}

/** One host reached over SSH, directly or through a jump host. */
export interface SshTarget extends SshHop {
  /** Host to connect through. */
  jump?: SshHop;
}

/** `host:port` of a target, for messages. */
export function endpointOf(target: SshHop): string {
  const host = target.host.includes(":") ? `[${target.host}]` : target.host;
  return `${host}:${target.port ?? 22}`;
}

/** Base of every error of this folder; the message names user, host and port. */
export class SshError extends Error {
  override name = "SshError";
}

/** Nothing answered as an SSH server: refused, timed out, no route, unknown name, or cut off while connecting. */
export class SshUnreachableError extends SshError {
  override name = "SshUnreachableError";
}

/** The server closed the connection before login, as it does when too many log in at once: a moment later it may let in. */
export class SshCutOffError extends SshUnreachableError {
  override name = "SshCutOffError";
}

/** The server showed another key than the pinned one, or has none of the pinned type. */
export class SshHostKeyError extends SshError {
  override name = "SshHostKeyError";
}

/** The server accepted none of the keys and passwords offered. */
export class SshAuthError extends SshError {
  override name = "SshAuthError";
}

/** A given key, passphrase or host key line cannot be used. */
export class SshConfigError extends SshError {
  override name = "SshConfigError";
}

/** The connection broke while the command ran: whether it finished is unknown. */
export class SshConnectionLostError extends SshError {
  override name = "SshConnectionLostError";
}
