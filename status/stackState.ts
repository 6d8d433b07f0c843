/** Finds in a stack's exported state what reading its hosts takes: outputs, and each host's connection and launcher. */
import { z } from "zod";
import { connectionSchema, targetOf } from "../reading/target.ts";
import type { SshTarget } from "../ssh/target.ts";

/** Marks a secret in an exported deployment (pulumi/sdk, resource.SecretSig). */
const secretKey = "4dabf18193072939515e22adb298388d";

/** A converged host as the state knows it. */
export interface StateHost {
  readonly name: string;
  readonly role: "director" | "realServer";
  readonly target: SshTarget;
  /** What launches the script that converged it, which also inspects it. */
  readonly script: string;
}

/** What a stack's state says of a cluster. */
export interface StackState {
  /** The stack's outputs by name; empty where it is not up. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Whether its hosts are containers, and one of them a client. */
  readonly hasLab: boolean;
  readonly hosts: readonly StateHost[];
}

const command = z.object({
  connection: connectionSchema,
  stdin: z.string(),
});
const deployment = z.object({
  deployment: z.object({
    resources: z
      .array(
        z.object({
          urn: z.string(),
          type: z.string(),
          parent: z.string().optional(),
          inputs: z.record(z.string(), z.unknown()).default({}),
          outputs: z.record(z.string(), z.unknown()).default({}),
        }),
      )
      .default([]),
  }),
});

/** Reads what `pulumi stack export --show-secrets` printed. */
export function parseStackState(exported: string): StackState {
  const { resources } = deployment.parse(JSON.parse(exported, withoutSecretMarks)).deployment;
  const stack = resources.find(({ type }) => type === "pulumi:pulumi:Stack");
  const hosts = resources.flatMap(({ urn, type, parent = "", inputs }): StateHost[] => {
    const role = roleOf(parent);
    if (type !== "command:remote:Command" || !role) return [];
    const { connection: route, stdin } = command.parse(inputs);
    return [{ name: urn.split("::").at(-1) ?? urn, role, target: targetOf(route, "brief"), script: stdin }];
  });
  const hasLab = resources.some(({ type }) => type === "lvs:lab:Lab");
  return { outputs: stack?.outputs ?? {}, hasLab, hosts };
}

function roleOf(parentUrn: string): StateHost["role"] | undefined {
  if (parentUrn.includes("lvs:index:Director::")) return "director";
  return parentUrn.includes("lvs:index:RealServer::") ? "realServer" : undefined;
}

/** A secret may hold others: plugins mark what their schema calls secret, the program marks the whole. */
function withoutSecretMarks(_key: string, value: unknown): unknown {
  const secret = typeof value === "object" && value !== null && secretKey in value && "plaintext" in value;
  return secret ? JSON.parse(String(value.plaintext), withoutSecretMarks) : value;
}
