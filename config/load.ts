/** Reads the stack's configuration, checks all of it, and resolves the cluster; the only reader of pulumi.Config. */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "../model/cluster.ts";
import type { Daemon, ExtraLines } from "../model/extraLines.ts";
import type { Issue } from "../model/issue.ts";
import type { HealthEngine } from "../model/lvs.ts";
import { clusterIssues } from "../model/rules.ts";
import { configError } from "./configError.ts";
import { issuesOf, withoutValue } from "./errors.ts";
import { clientAddress, labIssues } from "./lab.ts";
import { resolveCluster } from "./resolve.ts";
import { dependsOn, salvage } from "./salvage.ts";
import type { Config } from "./schema.ts";
import { configSchema } from "./schema.ts";
import { secretIssues } from "./secrets.ts";
import type { SshRoute } from "./ssh.ts";
import { sshIssues, sshRoutes } from "./ssh.ts";

/** Secrets that are read as such; every other key is read in clear. */
const secretTexts: readonly string[] = ["sshPrivateKey", "sshPrivateKeyPassphrase"];

/** A host's way in, its key read and secret. */
export interface SshAccess {
  readonly ssh: Omit<SshRoute, "privateKeyFile"> & {
    readonly privateKey?: pulumi.Output<string>;
    readonly privateKeyPassphrase?: pulumi.Output<string>;
  };
}

type Lines<D extends Daemon> = Omit<ExtraLines<D>, "isSecret">;

/** Everything the program needs to know. */
export interface Settings {
  readonly cluster: Cluster;
  /** The cluster's extra lines, secrets where they may not be shown. */
  readonly extraLines: {
    readonly directors: pulumi.Input<Lines<Daemon>>;
    readonly services: Readonly<Record<string, pulumi.Input<Lines<HealthEngine>>>>;
  };
  /** What a change may do to connections. */
  readonly changes: { readonly maxUnavailable: number; readonly allowBreakingConnections: boolean };
  /** Ways to the hosts by name; empty in the lab, which makes its own. */
  readonly access: Readonly<Record<string, SshAccess>>;
  readonly lab: { readonly image: "full" | "bare"; readonly clientAddress: string } | undefined;
}

/** The configuration of the current stack; throws one message with every mistake in it. */
export function loadSettings(): Settings {
  const stored = new pulumi.Config();
  const key = stored.getSecret("sshPrivateKey");
  const passphrase = stored.getSecret("sshPrivateKeyPassphrase");

  const written = plainConfig(stored.name);
  const secretKeys = new Set(Object.keys(written).filter((name) => isSecret(stored.name, name)));
  const refuse = (issues: readonly Issue[]) => {
    throw mistakes(issues.map((each) => (secretKeys.has(topKeyOf(each)) ? withoutValue(each) : each)));
  };
  const parsed = configSchema.safeParse(written, { reportInput: true });
  if (!parsed.success)
    return refuse([...issuesOf(parsed.error), ...furtherIssues(written, key !== undefined)]);
  const config = parsed.data;
  const cluster = resolveCluster(config, clusterName(), secretKeys);
  const issues = [
    ...secretIssues(cluster, secretKeys),
    ...accessIssues(config, key !== undefined),
    ...clusterIssues(cluster),
  ];
  if (issues.length > 0) return refuse(issues);

  const { maxUnavailable, allowBreakingConnections } = config;
  return {
    cluster,
    extraLines: {
      directors: asInput(cluster.extraLines),
      services: Object.fromEntries(
        cluster.virtualServices.map(({ name, extraLines }) => [name, asInput(extraLines)]),
      ),
    },
    changes: { maxUnavailable, allowBreakingConnections },
    access: config.lab ? {} : hostAccess(config, key, passphrase),
    lab: config.lab && { image: config.lab.image, clientAddress: clientAddress(config) },
  };
}

/** Tells this cluster from others on its link. */
function clusterName(): string {
  return `${pulumi.getProject()}/${pulumi.getStack()}`;
}

function accessIssues(config: Config, hasKey: boolean): Issue[] {
  return [...labIssues(config), ...sshIssues(config, hasKey)];
}

/** What the rules find in the well-formed part. */
function furtherIssues(written: unknown, hasKey: boolean): Issue[] {
  const rest = salvage(written);
  if (!rest) return [];
  const accessIsWhole = rest.missing.every((path) =>
    /^(directors|realServers|virtualServices)\.(?!.*ssh)/.test(path),
  );
  return [
    ...(accessIsWhole ? accessIssues(rest.config, hasKey) : []),
    ...clusterIssues(resolveCluster(rest.config, clusterName())),
  ].filter((issue) => !rest.missing.some((path) => dependsOn(issue, path)));
}

/** Every key of our namespace but the secret texts, so that a misspelt one is noticed. */
function plainConfig(namespace: string): Readonly<Record<string, unknown>> {
  const entries = Object.entries(pulumi.runtime.allConfig())
    .filter(([key]) => key.startsWith(`${namespace}:`))
    .map(([key, value]): [string, unknown] => [key.slice(namespace.length + 1), parseValue(value)])
    .filter(([key]) => !secretTexts.includes(key));
  return Object.fromEntries(entries);
}

/** Whether a key has a secret somewhere: Pulumi tells a program no more. */
function isSecret(namespace: string, key: string): boolean {
  const runtime = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };
  return runtime.isConfigSecret(`${namespace}:${key}`);
}

/** Extra lines as components take them. */
function asInput<D extends Daemon>({ isSecret, ...lines }: ExtraLines<D>): pulumi.Input<Lines<D>> {
  return isSecret ? (pulumi.secret(lines) as unknown as pulumi.Output<Lines<D>>) : lines;
}

function topKeyOf({ path }: Issue): string {
  return path.split(".")[0] ?? path;
}

/** Pulumi hands mappings over as JSON and everything else as text. */
function parseValue(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function hostAccess(
  config: Config,
  key: pulumi.Output<string> | undefined,
  passphrase: pulumi.Output<string> | undefined,
): Record<string, SshAccess> {
  const files = new Map<string, pulumi.Output<string>>();
  const readOnce = (path: string) => {
    const read = files.get(path) ?? pulumi.secret(readKey(path));
    files.set(path, read);
    return read;
  };
  return Object.fromEntries(
    Object.entries(sshRoutes(config)).map(([name, { privateKeyFile, ...route }]) => {
      const privateKey = privateKeyFile === undefined ? key : readOnce(privateKeyFile);
      const identity = {
        ...(privateKey && { privateKey }),
        ...(passphrase && { privateKeyPassphrase: passphrase }),
      };
      return [name, { ssh: { ...route, ...identity } }];
    }),
  );
}

function readKey(path: string): string {
  try {
    return readFileSync(path.replace(/^~(?=\/)/, homedir()), "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const remedy = `give a file that can be read (${code})`;
    throw mistakes([{ path: "ssh.privateKeyFile", given: path, remedy }]);
  }
}

function mistakes(issues: readonly Issue[]): pulumi.RunError {
  return configError(issues.map((issue) => ({ ...issue, path: `pulumi-lvs:${issue.path}` })));
}
