/** Prints a new Ed25519 key pair as JSON: `privateKey` in OpenSSH format, `publicKey` as one line. */
import ssh from "ssh2";

type Pair = ReturnType<typeof ssh.utils.generateKeyPairSync>;

let pair: Pair;
do pair = ssh.utils.generateKeyPairSync("ed25519");
while (!works(pair));
process.stdout.write(JSON.stringify({ privateKey: pair.private, publicKey: pair.public }));

/** About one pair in 400 that ssh2 1.17 makes cannot be read back, or does not sign. */
function works({ private: privateKey, public: publicKey }: Pair): boolean {
  const signer = ssh.utils.parseKey(privateKey);
  const verifier = ssh.utils.parseKey(publicKey);
  if (signer instanceof Error || verifier instanceof Error) return false;
  const signature = signer.sign("proof");
  return Buffer.isBuffer(signature) && verifier.verify("proof", signature) === true;
}
