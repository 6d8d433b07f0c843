/** Prints a new Ed25519 key pair as JSON: `privateKey` in OpenSSH format, `publicKey` as one line. */
import ssh from "ssh2";

const pair = ssh.utils.generateKeyPairSync("ed25519");
process.stdout.write(JSON.stringify({ privateKey: pair.private, publicKey: pair.public }));
