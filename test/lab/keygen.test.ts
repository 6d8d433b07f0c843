import { execFileSync } from "node:child_process";
import ssh from "ssh2";
import { expect, it } from "vitest";
import { inCheckout } from "../fixtures.ts";

it("prints a key pair that belongs together and is another one each time", () => {
  const [first, second] = [generate(), generate()];
  const parsed = ssh.utils.parseKey(first.privateKey);
  if (parsed instanceof Error) throw parsed;
  expect(`ssh-ed25519 ${parsed.getPublicSSH().toString("base64")}`).toBe(first.publicKey);
  // sshd refuses a key file without a newline at its end.
  expect(first.privateKey).toMatch(
    /^-----BEGIN OPENSSH PRIVATE KEY-----\n[\s\S]+\n-----END OPENSSH PRIVATE KEY-----\n$/,
  );
  expect(second.privateKey).not.toBe(first.privateKey);
});

function generate(): { privateKey: string; publicKey: string } {
  return JSON.parse(
    execFileSync("node", ["--import", "./setup/bundled.mjs", "lab/keygen.ts"], {
      cwd: inCheckout("."),
      encoding: "utf8",
    }),
  );
}
