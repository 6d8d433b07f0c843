/** What components are told of their hosts, checked with the kinds of values of the configuration. */
import { z } from "zod";
import {
  address,
  filePath,
  hostKey,
  hostName,
  named,
  path,
  plainText,
  port,
  say,
  settings,
  sshUser,
  subnet,
} from "../config/schema/fields.ts";
import { healthEngine } from "../config/schema/health.ts";
import { director, hostShape } from "../config/schema/hosts.ts";
import { dialAttempts, jump } from "../config/schema/ssh.ts";
import { vrrp } from "../config/schema/vrrp.ts";

/** What a RealServer component is told about its host. */
export const realServerArgsSchema = settings({
  address,
  interface: hostShape.interface,
  virtualAddresses: z.array(address, say("give a list of IPv4 addresses")),
  apache: settings({
    ports: z.array(port, say("give a list of ports")).min(1, say("give at least one port")),
    healthPaths: z.array(path, say("give a list of paths")),
    documentRoot: filePath.optional(),
    revision: plainText("a text (a number in quotes)").optional(),
  }).optional(),
});

/** How a component is told to reach its host. Private keys and passphrases are not here: they are shown to nobody. */
export const sshRouteSchema = settings({
  user: sshUser.default("root"),
  host: hostName,
  port: port.default(22),
  hostKey,
  jump: jump.optional(),
  dialAttempts: dialAttempts.default(10),
});

/** What a VirtualRouter component is told about its directors. */
export const virtualRouterArgsSchema = settings({ directors: named(director, "director"), ...vrrp.shape });

/** What a Director component is told about its host. */
export const directorArgsSchema = settings({
  address,
  interface: hostShape.interface,
  subnet,
  healthEngine,
});
