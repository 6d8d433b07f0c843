/** What a director says to hosts that answer ARP for its VIPs, with a stub for who answers. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Item } from "../../render/hostPlan.ts";
import { planOf, Sandbox } from "./sandbox.ts";

const web1 = "02:42:c6:12:07:15";
const peer = "02:42:c6:12:07:0c";
const stranger = "02:42:c6:12:07:63";

/** Who answers for an address stands in a file of its name; `asked` tells on which interface and from where they were asked. */
const stubs = `
find_interface() { interface=eth0; }
ip() { printf '%s\\n' "192.0.2.99 lladdr ${stranger} STALE" '192.0.2.98 FAILED'; }
answers() {
  local address
  echo "$*" >>"$folder/asked"
  for address in "\${@:3}"; do sed "s/^/$address /" "$folder/$address" 2>/dev/null || true; done
}
after_read() { wanted=1 found=0; }
after_set() { echo 'this comes after'; found=1; }`;

const silence: Item = {
  kind: "silence",
  vips: ["192.0.2.100", "192.0.2.101"],
  askedFrom: "192.0.2.11",
  peers: ["192.0.2.12"],
  realServers: [
    { name: "web1", address: "192.0.2.21" },
    { name: "web2", address: "192.0.2.22" },
  ],
};

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox(stubs);
  sandbox.write("192.0.2.21", `${web1}\n`);
});
afterEach(() => sandbox.remove());

describe("a VIP that nobody answers for", () => {
  it("is asked for from the director's own address, and lets the run go on", () => {
    expect(sandbox.converge(silence, "after any")).toContain("this comes after");
    expect(sandbox.read("asked")).toBe("eth0 192.0.2.11 192.0.2.100 192.0.2.101 192.0.2.12\n");
  });
});

describe("a VIP that another director answers for, which shares it,", () => {
  it("lets the run go on", () => {
    sandbox.write("192.0.2.12", `${peer}\n`);
    sandbox.write("192.0.2.100", `${peer}\n`);
    expect(sandbox.converge(silence, "after any")).toContain("this comes after");
  });
});

describe("a VIP that others answer for", () => {
  it("fails the run there, and names everyone who answered as well as it can", () => {
    sandbox.write("192.0.2.100", `${web1}\n${stranger}\n`);
    sandbox.write("192.0.2.101", "02:42:c6:12:07:aa\n");
    const said = sandbox.converge(silence, "after any");
    expect(said).toContain(`192.0.2.100 is answered by ${web1}: web1 (192.0.2.21)\n`);
    expect(said).toContain(`192.0.2.100 is answered by ${stranger}: 192.0.2.99\n`);
    expect(said).toContain("192.0.2.101 is answered by 02:42:c6:12:07:aa: a host that nothing is known of\n");
    expect(said).toContain("net.ipv4.conf.all.arp_ignore=1");
    expect(said).not.toContain("this comes after");
  });

  it("is not asked for by a comparison, which is to be quick", () => {
    sandbox.write("192.0.2.100", `${web1}\n`);
    expect(sandbox.bash(`${planOf(silence)}\ncompare; show_differences`)).toBe("");
    expect(sandbox.read("asked")).toBeUndefined();
  });
});
