/** What components are told of their hosts, checked with the kinds of values of the configuration. */
import { z } from "zod";
import { address, named, path, port, say, settings } from "../config/schema/fields.ts";
import { apache, director, hostShape } from "../config/schema/hosts.ts";
import { vrrp } from "../config/schema/vrrp.ts";
import { clusterSchema } from "../config/schema.ts";

/** What a RealServer component is told about its host. */
export const realServerArgsSchema = settings({
  address,
  interface: hostShape.interface,
  vips: z.array(address, say("give a list of IPv4 addresses")),
  apache: settings({
    ports: z.array(port, say("give a list of ports")).min(1, say("give at least one port")),
    healthPaths: z.array(path, say("give a list of paths")),
    ...apache.shape,
  }).optional(),
});

/** How a component is told to reach its host. */
export const accessSchema = settings({ ssh: hostShape.ssh });

/** What a VirtualRouter component is told about its directors. */
export const virtualRouterArgsSchema = settings({ directors: named(director, "director"), ...vrrp.shape });

const { subnet, healthEngine, maxUnavailable, allowBreakingConnections } = clusterSchema.shape;

/** What a Director component is told about its host and its cluster. */
export const directorArgsSchema = settings({
  address,
  interface: hostShape.interface,
  subnet,
  healthEngine,
  maxUnavailable,
  allowBreakingConnections,
});
