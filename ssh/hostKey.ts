/** Pinning of a server's host key to one authorized_keys-style line. */
import { createHash } from "node:crypto";
import type { ServerHostKeyAlgorithm } from "ssh2";

/** A host key line taken apart. */
export interface PinnedHostKey {
  type: string;
  blob: Buffer;
  /** Signature algorithms that prove possession of a key of this type, best first. */
  algorithms: ServerHostKeyAlgorithm[];
}

const SIGNATURE_ALGORITHMS: Record<string, ServerHostKeyAlgorithm[]> = {
  "ssh-ed25519": ["ssh-ed25519"],
  "ecdsa-sha2-nistp256": ["ecdsa-sha2-nistp256"],
  "ecdsa-sha2-nistp384": ["ecdsa-sha2-nistp384"],
  "ecdsa-sha2-nistp521": ["ecdsa-sha2-nistp521"],
  "ssh-rsa": ["rsa-sha2-512", "rsa-sha2-256"],
};

/** Parses `TYPE BASE64 [comment]`; throws an Error that says what is wrong with the line. */
export function parseHostKey(line: string): PinnedHostKey {
  const [type = "", encoded = ""] = line.trim().split(/\s+/);
  const algorithms = SIGNATURE_ALGORITHMS[type];
  if (algorithms === undefined) {
    const known = Object.keys(SIGNATURE_ALGORITHMS).join(", ");
    throw new Error(`host key "${shorten(line)}" must start with a key type (${known})`);
  }
  const blob = Buffer.from(encoded, "base64");
  if (keyType(blob) !== type) {
    throw new Error(`host key "${shorten(line)}" holds no ${type} key; copy the line from ssh-keyscan`);
  }
  return { type, blob, algorithms };
}

/** The type a public key blob declares in its first field; empty when the blob is not a key. */
export function keyType(blob: Buffer): string {
  if (blob.length < 4) return "";
  const length = blob.readUInt32BE(0);
  return blob.subarray(4, 4 + length).toString("latin1");
}

/** OpenSSH's fingerprint of a public key blob: `SHA256:…`. */
export function fingerprint(blob: Buffer): string {
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}

function shorten(line: string): string {
  return line.length > 40 ? `${line.slice(0, 40)}…` : line;
}
