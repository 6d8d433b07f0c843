/** An SSH key pair made once, kept in the stack's encrypted state and nowhere else. */
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

/** Relative, as an absolute path would change the command, and so the keys, with the checkout's place. */
const inCheckout = (path: string) =>
  `./${relative(process.cwd(), fileURLToPath(new URL(path, import.meta.url)))}`;
const generate = `node --import ${inCheckout("../setup/bundled.mjs")} ${inCheckout("keygen.ts")}`;

/** A new key pair; it stays the same until it is destroyed. */
export class KeyPair extends pulumi.ComponentResource {
  /** OpenSSH format; a secret. */
  readonly privateKey: pulumi.Output<string>;
  /** `ssh-ed25519 AAAA…`. */
  readonly publicKey: pulumi.Output<string>;

  constructor(name: string, options?: pulumi.ComponentResourceOptions) {
    super("lvs:lab:KeyPair", name, {}, options);
    const made = new local.Command(
      name,
      { create: generate, logging: "none", addPreviousOutputInEnv: false },
      { parent: this, additionalSecretOutputs: ["stdout"] },
    );
    const pair = made.stdout.apply((json): { privateKey: string; publicKey: string } => JSON.parse(json));
    this.privateKey = pulumi.secret(pair.privateKey);
    this.publicKey = pulumi.unsecret(pair.publicKey);
    this.registerOutputs({ publicKey: this.publicKey });
  }
}
