/** Connections to jump hosts: all who go through one at the same time share one, and it is closed behind the last of them. */
import { createHash } from "node:crypto";
import type { Semaphore } from "async-mutex";
import type { Client } from "ssh2";
import { dial } from "./dial.ts";
import { inTurn, slotsBehindJumpHost } from "./starts.ts";
import type { SshHop } from "./target.ts";

/** A jump host that one is logged in to. */
export interface Passage {
  readonly bastion: Client;
  /** For the logins under way behind it. */
  readonly slots: Semaphore;
  /** To be called once, when it is no longer needed. */
  leave(): void;
}

interface Shared {
  readonly client: Promise<Client>;
  readonly slots: Semaphore;
  users: number;
}

const open = new Map<string, Shared>();

/** Joins the connection that is there or being opened, or dials once; throws an SshError. */
export async function enter(jump: SshHop): Promise<Passage> {
  const identity = identityOf(jump);
  const shared = open.get(identity) ?? share(identity, jump);
  shared.users++;
  const bastion = await shared.client;
  const leave = () => {
    if (--shared.users > 0) return;
    forget(identity, shared);
    bastion.end();
  };
  return { bastion, slots: shared.slots, leave };
}

function share(identity: string, jump: SshHop): Shared {
  const client = inTurn((onConnect) => dial(jump, onConnect));
  const shared = { client, slots: slotsBehindJumpHost(), users: 0 };
  open.set(identity, shared);
  const gone = () => forget(identity, shared);
  client.then((bastion) => bastion.once("close", gone), gone);
  return shared;
}

function forget(identity: string, shared: Shared): void {
  if (open.get(identity) === shared) open.delete(identity);
}

/** Equal only for the same login at the same server; a digest, as it is made of credentials. */
function identityOf({ dialErrorLimit: _limit, perDialTimeoutSeconds: _timeout, ...login }: SshHop): string {
  return createHash("sha256")
    .update(JSON.stringify(login, Object.keys(login).sort()))
    .digest("hex");
}
