/** What a user may write of the ways to hosts. */
import { z } from "zod";
import { flag, hostKey, hostName, integer, port, say, settings, sshUser } from "./fields.ts";

/** What a way to a host has unless it is given. */
export const sshDefaults = { user: "root", port: 22, dialAttempts: 10 };

/** The host to go through. */
const jump = settings({
  host: hostName.describe("Name or address of the jump host."),
  port: port.default(sshDefaults.port).describe("SSH port of the jump host."),
  user: sshUser
    .default(sshDefaults.user)
    .describe("Login on the jump host; the key is the same as for the hosts behind it."),
  hostKey: hostKey.describe("Public host key of the jump host, as `ssh-keyscan` prints it without the name."),
});

const anyText = (remedy: string) => z.string(say(remedy)).min(1, say(remedy));

const sshShape = {
  user: sshUser
    .optional()
    .describe(`Login; it must be root or may run sudo without a password. Default \`${sshDefaults.user}\`.`),
  port: port.optional().describe(`SSH port. Default ${sshDefaults.port}.`),
  privateKey: anyText("give a private key in OpenSSH or PEM format")
    .optional()
    .describe("Private key, a secret. Alternatives: `privateKeyFile`, or `agent`."),
  privateKeyPassphrase: anyText("give the passphrase of the private key")
    .optional()
    .describe("Passphrase of the private key, a secret. Default: none."),
  privateKeyFile: anyText("give the path of a private key file")
    .optional()
    .describe("Private key file on this machine, `~/` allowed."),
  agent: flag("use the SSH agent")
    .optional()
    .describe("Use the SSH agent of `SSH_AUTH_SOCK`. Default false."),
  jump: jump.optional().describe("Jump host to go through."),
  dialAttempts: integer(1, 100, "attempts")
    .optional()
    .describe(
      `Attempts to reach a host before giving up, 0.1 s to 5 s apart. Default ${sshDefaults.dialAttempts}, enough for \`--parallel 64\` through a jump host of sshd's default \`MaxStartups\`.`,
    ),
};

/** How hosts are reached, unless one says otherwise. */
export const sharedSsh = settings(sshShape);

/** How one host is reached. */
export const hostSsh = settings({
  ...sshShape,
  host: hostName.optional().describe("Name or address for SSH, if it is not `address`."),
  hostKey: hostKey
    .optional()
    .describe("Public host key, as `ssh-keyscan` prints it without the name. Required outside the lab."),
});
