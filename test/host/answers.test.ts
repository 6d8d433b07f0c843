/** How a director asks who answers ARP, on a link of the test's: its Perl as it is, with a socket that gives the answers. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Sandbox } from "./sandbox.ts";

/** Of the loopback, which every machine has. */
const own = "00:00:00:00:00:00";

/** The other end of the socket answers as a host does (RFC 826), for each hardware address in the file of an address. */
const link = String.raw`
my $other;
BEGIN {
  *CORE::GLOBAL::socket = sub (*$$$) { socketpair $_[0], $other, 1, 2, 0 };
  *CORE::GLOBAL::bind = sub (*$) { 1 };
  *CORE::GLOBAL::send = sub (*$$;$) {
    my (@asks) = unpack "n n C C n H12 C4 H12 C4", $_[1];
    my ($own, $from, $address) = ($asks[5], join(".", @asks[6 .. 9]), join ".", @asks[11 .. 14]);
    open my $asked, ">>", "$ENV{folder}/asked";
    print $asked "$asks[4] $own $from $address\n";
    open my $macs, "<", "$ENV{folder}/$address" or return 1;
    for (<$macs>) {
      s/[:\n]//g;
      syswrite $other, pack "n n C C n H12 C4 H12 C4", 1, 0x0800, 6, 4, 2, $_, @asks[11 .. 14], $own, @asks[6 .. 9];
    }
  };
}`;

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox(
    `perl() { folder=$folder command perl -e '${link.replaceAll("'", "'\\''")}'"$2" "\${@:3}"; }`,
  );
});
afterEach(() => sandbox.remove());

describe("who answers ARP for an address", () => {
  it("is each host that does, once, and not the director itself on a link that gives back what it sends", () => {
    sandbox.write("192.0.2.100", "02:42:c6:12:07:15\n02:42:c6:12:07:63\n");
    sandbox.write("192.0.2.12", `${own}\n02:42:c6:12:07:0c\n`);
    expect(sandbox.bash("answers lo 192.0.2.11 192.0.2.100 192.0.2.101 192.0.2.12").split("\n")).toEqual([
      "192.0.2.100 02:42:c6:12:07:15",
      "192.0.2.100 02:42:c6:12:07:63",
      "192.0.2.12 02:42:c6:12:07:0c",
      "",
    ]);
  });

  it("is asked twice, from the director's own addresses", () => {
    sandbox.bash("answers lo 192.0.2.11 192.0.2.100");
    const request = "1 000000000000 192.0.2.11 192.0.2.100\n";
    expect(sandbox.read("asked")).toBe(request + request);
  });
});
