/** What a user may write: every setting with its meaning, unit, range and default. docs/configuration.md is printed from it. */
import type { z } from "zod";
import { directorLines } from "./schema/extraLines.ts";
import { address, choice, flag, integer, named, settings, subnet } from "./schema/fields.ts";
import { healthEngine } from "./schema/health.ts";
import { director, realServer } from "./schema/hosts.ts";
import { sharedSsh } from "./schema/ssh.ts";
import { virtualServiceSchema } from "./schema/virtualService.ts";
import { vrrp } from "./schema/vrrp.ts";

const lab = settings({
  image: choice(["full", "bare"])
    .default("full")
    .describe("`full` has the packages already; `bare` has nothing but sshd, and converging installs them."),
  client: address
    .optional()
    .describe("Address of the client container. Default: the last usable one of `subnet`."),
});

const clusterShape = {
  subnet: subnet.describe(
    "The link that directors and real servers share. In the lab: inside 198.18.0.0/15 (RFC 2544).",
  ),
  directors: named(director, "director").describe(
    "Hosts that balance, by name. With two or more, VRRP keeps the VIPs on one of them, and the others take over when it fails.",
  ),
  realServers: named(realServer, "real server").describe("Hosts that serve, by name."),
  virtualServices: named(virtualServiceSchema, "virtual service").describe(
    "What clients connect to, by name.",
  ),
  vrrp: vrrp.prefault({}).describe("How several directors share the VIPs; unused with one."),
  healthEngine,
  maxUnavailable: integer(1, 1000, "real servers")
    .default(1)
    .describe("Real servers that may be out of service at a time for a change of their own."),
  allowBreakingConnections: flag("let a change end connections")
    .default(false)
    .describe(
      "Allow changes that must end connections; without it they are refused before anything happens.",
    ),
  extraLines: directorLines
    .prefault({})
    .describe(
      "Lines for the global sections of the directors' daemons in their own language, for what has no setting here; only those of daemons in use count. They may be secrets.",
    ),
  ssh: sharedSsh.optional().describe("How hosts are reached, unless a host says otherwise. Not in the lab."),
};

/** A cluster on hosts that are there: what the component `Cluster` is told. */
export const clusterSchema = settings(clusterShape);

/** The whole configuration of a stack. */
export const configSchema = settings({
  ...clusterShape,
  lab: lab.optional().describe("Build the hosts as containers on this machine; `{}` for the defaults."),
});

/** The configuration as parsed: defaults filled in. */
export type Config = z.infer<typeof configSchema>;
/** What directors and real servers have in common, as parsed. */
export type HostConfig = Config["directors"][string];
/** One director as parsed. */
export type DirectorConfig = Config["directors"][string];
/** VRRP settings as parsed. */
export type VrrpConfig = Config["vrrp"];
/** One real server as parsed. */
export type RealServerConfig = Config["realServers"][string];
/** One virtual service as parsed: defaults filled in. */
export type VirtualServiceConfig = z.infer<typeof virtualServiceSchema>;
