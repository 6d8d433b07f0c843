/** Watches from the lab's client who claims to hold an address, and asks for it all the time. */
import type { TestStack } from "./stack.ts";

/** A watch that goes on. */
export interface ArpWatch {
  /** Ends it; hardware addresses of all who answered for the address or named it as their own, in lower case. */
  stop(): Promise<Set<string>>;
}

/** Ten requests a second: more than one in any time in which a host could be up and not yet silent. */
const probe = (address: string) =>
  `while [ ! -e stop ]; do arping -q -b -c 1 -w 1 -I eth0 ${address} & sleep 0.1; done`;

/** Starts to watch for `address`; whatever is on the client's link is heard, as requests are broadcast. */
export async function watchArp(stack: TestStack, address: string): Promise<ArpWatch> {
  const directory = (await stack.fromClient("mktemp -d")).trim();
  const inDirectory = (command: string) => stack.fromClient(`cd ${directory} && ${command}`);
  const background = (command: string, output: string) =>
    inDirectory(`nohup sh -c '${command}' >${output} 2>&1 & echo started`);
  await background("exec tcpdump -l -n -e -i eth0 arp", "heard");
  await inDirectory("until grep -q listening heard; do sleep 0.1; done");
  await background(probe(address), "probe");
  return {
    stop: async () => {
      await inDirectory("touch stop; sleep 1; pkill -INT -x tcpdump; sleep 0.5");
      const heard = await inDirectory("cat heard");
      return new Set(heard.split("\n").flatMap((line) => claimant(line, address)));
    },
  };
}

/** tcpdump(8) prints `MAC > MAC, ethertype ARP …: Reply ADDRESS is-at MAC` or `Request who-has X tell ADDRESS`. */
function claimant(line: string, address: string): string[] {
  const claims = line.includes(`Reply ${address} is-at `) || line.includes(` tell ${address},`);
  const sender = /([0-9a-f:]{17}) > /.exec(line)?.[1];
  return claims && sender !== undefined ? [sender] : [];
}
