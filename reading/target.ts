/** The connection of a `command:remote:Command`, as the program gives it and the state keeps it → the way in over SSH. */
import { z } from "zod";
import type { SshHop, SshTarget } from "../ssh/target.ts";

const endpointSchema = z.object({
  host: z.string(),
  port: z.number(),
  user: z.string(),
  hostKey: z.string(),
  privateKey: z.string().exactOptional(),
  privateKeyPassword: z.string().exactOptional(),
  dialErrorLimit: z.number(),
});

/** The inputs that our remote commands have. */
export const connectionSchema = endpointSchema.extend({ proxy: endpointSchema.exactOptional() });
/** A connection as the command provider takes it. */
export type Connection = z.infer<typeof connectionSchema>;

/** How long to try: once and briefly where the answer is only looked at, as configured where it is needed. */
export type Patience = "brief" | "configured";

/** The way in to the connection's host. */
export function targetOf({ proxy, ...route }: Connection, patience: Patience): SshTarget {
  return { ...endpoint(route, patience), ...(proxy && { jump: endpoint(proxy, patience) }) };
}

function endpoint(route: z.infer<typeof endpointSchema>, patience: Patience): SshHop {
  const { privateKey, privateKeyPassword, hostKey, host, port, user, dialErrorLimit } = route;
  const agent = process.env.SSH_AUTH_SOCK;
  return {
    host,
    port,
    user,
    ...(patience === "brief" ? { dialErrorLimit: 0, perDialTimeoutSeconds: 5 } : { dialErrorLimit }),
    hostKey,
    ...(privateKey && { privateKey }),
    ...(privateKeyPassword && { passphrase: privateKeyPassword }),
    ...(!privateKey && agent && { agentSocket: agent }),
  };
}
