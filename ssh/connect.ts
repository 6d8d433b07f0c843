/** Connects to a target, through its jump host when it has one. */
import type { Client } from "ssh2";
import { dial, forward } from "./dial.ts";
import { enter } from "./jumpHost.ts";
import { inTurn } from "./starts.ts";
import type { SshHop, SshTarget } from "./target.ts";
import { type DialOptions, Tries } from "./tries.ts";

/** An open connection; closing it also closes the one to the jump host where nobody else needs that. */
export interface Connection {
  client: Client;
  close(): void;
}

/** Connects when it is this target's turn, as often as its limit allows; throws an SshError. */
export async function connect(target: SshTarget, options: DialOptions = {}): Promise<Connection> {
  const { jump, ...hop } = target;
  if (jump !== undefined) return connectThrough(jump, hop, options);
  const tries = new Tries(hop, "Dial", options);
  const client = await tries.until(() => inTurn((onConnect) => dial(hop, onConnect), [], options.signal));
  return { client, close: () => client.end() };
}

async function connectThrough(jump: SshHop, hop: SshHop, options: DialOptions): Promise<Connection> {
  const toJump = new Tries(jump, "Dial proxy", options);
  const onwards = new Tries(hop, "Dial from proxy", options);
  const attempt = async (): Promise<Connection> => {
    const { bastion, slots, leave } = await toJump.until(() => enter(jump));
    const start = async (onConnect: () => void) => dial(hop, onConnect, await forward(bastion, hop, jump));
    try {
      const client = await inTurn(start, [slots], options.signal);
      const close = () => {
        client.end();
        leave();
      };
      return { client, close };
    } catch (error) {
      // Left only after the next try has joined, which finds the connection open unless it broke.
      return await onwards.next(error).then(attempt).finally(leave);
    }
  };
  return attempt();
}
