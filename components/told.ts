/** What a cluster is told, and what checking it as a whole has found. */
import * as pulumi from "@pulumi/pulumi";
import type { Meaning } from "../config/check.ts";
import { type Credentials, isMapping, withoutCredentials } from "../config/credentials.ts";
import { right } from "../config/right.ts";
import { clusterSchema } from "../config/schema.ts";
import type { ClusterArgs, MachineArgs } from "./clusterArgs.ts";
import { applyEarly, knownPart } from "./output.ts";
import { clusterName } from "./VirtualRouter.ts";

/** A cluster that is checked already: a stack's configuration. */
export interface CheckedCluster extends Meaning {
  readonly credentials: Credentials;
  /** The ways to its hosts, by name, where they are none of the configuration's: a lab's. */
  readonly machines: Readonly<Record<string, MachineArgs>> | undefined;
}

/** What checking has found: all of it is known, as what is not known yet is left out. */
export interface Found {
  /** Undefined where too little is known. */
  readonly meaning: Meaning | undefined;
  /** Dotted paths of what is not known yet. */
  readonly unknown: readonly string[];
}

/** A cluster's configuration as far as it is there at once, and the rest as soon as it is. */
export interface Told {
  /** The names, and values that nobody has checked yet. */
  readonly written: unknown;
  /** Fails with everything that is wrong. */
  readonly found: pulumi.Output<Found>;
  readonly credentials: Credentials;
  /** By name of the host; one without `ssh` is reached as the configuration says. */
  readonly machines: Readonly<Record<string, Partial<MachineArgs>>>;
}

/** What the cluster `name` is told. */
export function told(name: string, args: ClusterArgs | CheckedCluster): Told {
  if ("cluster" in args) {
    const { config, cluster, credentials, machines = {} } = args;
    const found: Found = { meaning: { config, cluster }, unknown: [] };
    return { written: config, found: pulumi.output(Promise.resolve(found)), credentials, machines };
  }
  const machines: Record<string, Partial<MachineArgs>> = {};
  const secrets: Promise<string[]>[] = [];
  const configured = withoutMachines(withoutSecretLines(args, secrets), machines);
  const { rest, credentials } = withoutCredentials(configured);
  const found = applyEarly(pulumi.output({ rest, secrets }), ({ rest, secrets }): Found => {
    const { known: values, unknown } = knownPart(rest);
    const written = { values, name: clusterName(name), secrets: secrets.flat(), unknown };
    return { meaning: right(clusterSchema, written, name), unknown };
  });
  return { written: rest, found, credentials, machines };
}

/** Takes out what a program alone can say of a machine. */
function withoutMachines(args: ClusterArgs, machines: Record<string, Partial<MachineArgs>>): unknown {
  const ofHost = (host: unknown, name: string) => {
    if (!isMapping(host)) return host;
    const { machineId, deletedWith, ...configured } = host as Partial<MachineArgs>;
    machines[name] = { machineId, deletedWith };
    return configured;
  };
  const { directors, realServers } = args;
  return { ...args, directors: each(directors, ofHost), realServers: each(realServers, ofHost) };
}

/** Has extra lines be none of the secrets that all becomes that they are part of: plans hide them. `secrets` get their paths. */
function withoutSecretLines(args: ClusterArgs, secrets: Promise<string[]>[]): ClusterArgs {
  const within = (path: string, owner: { readonly extraLines?: unknown }) => {
    if (owner.extraLines === undefined) return owner;
    const lines = pulumi.output(owner.extraLines);
    secrets.push(pulumi.isSecret(lines).then((isSecret) => (isSecret ? [path] : [])));
    return { ...owner, extraLines: pulumi.unsecret(lines) };
  };
  const ofService = (service: unknown, name: string) =>
    isMapping(service) ? within(`virtualServices.${name}.extraLines`, service) : service;
  return {
    ...(within("extraLines", args) as ClusterArgs),
    virtualServices: each(args.virtualServices, ofService) as ClusterArgs["virtualServices"],
  };
}

/** The same mapping with other values. What is no mapping is left for checking to find. */
function each(mapping: unknown, change: (value: unknown, name: string) => unknown): unknown {
  if (!isMapping(mapping)) return mapping;
  return Object.fromEntries(Object.entries(mapping).map(([name, value]) => [name, change(value, name)]));
}
