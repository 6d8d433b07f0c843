/** What a director says when another cluster uses its virtual router id, with a stub for what is heard on the link. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Item } from "../../render/hostPlan.ts";
import { Sandbox } from "./sandbox.ts";

const stubs = `
perl() {
  [ "$*" != '- 3 98 192.0.2.11 192.0.2.12' ] || cat >>"$folder/heard-by"
  cat "$folder/others" 2>/dev/null || true
}
ipvsadm() { cat "$folder/daemons" 2>/dev/null || true; }
after_read() { wanted=1 found=0; }
after_set() { echo 'this comes after'; found=1; }`;

const clash: Item = {
  kind: "clash",
  id: 98,
  program: "a program",
  address: "192.0.2.11",
  peers: ["192.0.2.12"],
};

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox(stubs);
});
afterEach(() => sandbox.remove());

describe("a virtual router id", () => {
  it("may be used where only the other directors use it", () => {
    expect(sandbox.converge(clash, "after any")).toContain("this comes after");
    expect(sandbox.read("heard-by")).toBe("a program\n");
  });

  it("is refused where anybody else on the link uses it, by name", () => {
    sandbox.write("others", "192.0.2.77 (VRRP)\n");
    const said = sandbox.converge(clash, "after any");
    expect(said).toContain(
      "another cluster on this link uses the virtual router id 98 too: 192.0.2.77 (VRRP); give vrrp.routerId another number",
    );
    expect(said).not.toContain("this comes after");
  });

  it("is listened for only before this host uses it", () => {
    sandbox.write("daemons", "master sync daemon (mcast=eth0, syncid=98)\n");
    expect(sandbox.converge(clash, "after any")).toContain("this comes after");
    expect(sandbox.read("heard-by")).toBeUndefined();
  });

  it("is listened for where this host uses another one", () => {
    sandbox.write("daemons", "master sync daemon (mcast=eth0, syncid=9)\n");
    sandbox.converge(clash, "after any");
    expect(sandbox.read("heard-by")).toBe("a program\n");
  });
});
