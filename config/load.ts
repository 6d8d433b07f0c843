/** Reads the configuration of the stack, which nobody else does, and checks all of it. */
import * as pulumi from "@pulumi/pulumi";
import type { Meaning } from "./check.ts";
import { type Credentials, withoutCredentials } from "./credentials.ts";
import { clientAddress } from "./lab.ts";
import { right } from "./right.ts";
import { configSchema } from "./schema.ts";

/** Everything the program needs to know. */
export interface Settings extends Meaning {
  readonly credentials: Credentials;
  readonly lab: { readonly image: "full" | "bare"; readonly clientAddress: string } | undefined;
}

/** The configuration of the current stack; throws one message with every mistake in it. */
export function loadSettings(): Settings {
  const namespace = new pulumi.Config().name;
  const stored = written(namespace);
  const { rest, credentials } = withoutCredentials(stored);
  const secrets = Object.keys(stored).filter((key) => isSecret(namespace, key));
  const name = `${pulumi.getProject()}/${pulumi.getStack()}`;
  const meaning = right(configSchema, { values: rest, name, secrets, unknown: [] }, namespace);
  if (!meaning) throw new Error("a stack's configuration is all there");
  const { lab } = meaning.config;
  return {
    ...meaning,
    credentials,
    lab: lab && { image: lab.image, clientAddress: clientAddress(meaning.config) },
  };
}

/** Every key of our namespace, so that a misspelt one is noticed. */
function written(namespace: string): Readonly<Record<string, unknown>> {
  const entries = Object.entries(pulumi.runtime.allConfig())
    .filter(([key]) => key.startsWith(`${namespace}:`))
    .map(([key, value]): [string, unknown] => [key.slice(namespace.length + 1), parseValue(value)]);
  return Object.fromEntries(entries);
}

/** Whether a key has a secret somewhere: Pulumi tells a program no more. */
function isSecret(namespace: string, key: string): boolean {
  const runtime = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };
  return runtime.isConfigSecret(`${namespace}:${key}`);
}

/** Pulumi hands mappings over as JSON and everything else as text. */
function parseValue(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
