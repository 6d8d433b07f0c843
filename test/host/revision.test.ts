/** When a package is renewed and its unit restarted, with stubs for apt and systemd that write down what they are told. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Item } from "../../render/hostPlan.ts";
import { Sandbox } from "./sandbox.ts";

/** apt-get fails at the word that `$folder/unreachable` holds. */
const stubs = `
apt-get() {
  [ ! -e "$folder/unreachable" ] || [[ " $* " != *" $(<"$folder/unreachable") "* ]] || { echo 'no such mirror'; return 100; }
  echo "apt-get $(printf '%s\\n' "$@" | grep -xE 'update|install|--download-only|--only-upgrade' | paste -sd ' ')" >>"$folder/done"
}
dpkg-query() { echo 2.4; }
systemctl() {
  case $1 in
    show) echo active ;;
    is-enabled) echo enabled ;;
    restart) echo "restart $2" >>"$folder/done" ;;
  esac
}
broken_read() { wanted=1 found=0; }
broken_set() { fail "this item breaks"; }`;

const revision = (text: string): Item => {
  return { kind: "revision", package: "apache2", unit: "apache2.service", text };
};
const renewed = [
  "apt-get update",
  "apt-get install --only-upgrade --download-only",
  "apt-get install --only-upgrade",
  "restart apache2.service",
];

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox(stubs);
});
afterEach(() => sandbox.remove());

const done = () => (sandbox.read("done") ?? "").split("\n").filter((line) => line !== "");

describe("a revision", () => {
  it.each(["1", ""])("is only kept by the first converge: %j", (text) => {
    expect(sandbox.converge(revision(text))).toContain(`not kept yet -> "${text}"`);
    expect(done()).toEqual([]);
  });

  it.each(["1", ""])("that changes from %j has all fetched, then upgraded, then restarted", (text) => {
    sandbox.converge(revision(text));
    expect(sandbox.converge(revision("2"))).toContain("apache2 2.4 -> 2.4; restarting apache2.service");
    expect(done()).toEqual(renewed);
  });

  it("asks for nothing again once it is done, nor when it is taken out", () => {
    for (const text of ["1", "2", "2", ""]) sandbox.converge(revision(text));
    expect(done()).toEqual(renewed);
  });

  it("is asked for again after a run that failed later", () => {
    sandbox.converge(revision("1"));
    sandbox.converge(revision("2"), "broken any");
    sandbox.converge(revision("2"));
    expect(done().filter((line) => line.startsWith("restart"))).toHaveLength(2);
  });
});

describe("a mirror that cannot be reached", () => {
  it.each(["update", "--download-only"])("at %s, is an error before anything is stopped", (word) => {
    sandbox.converge(revision("1"));
    sandbox.write("unreachable", word);
    const said = sandbox.converge(revision("2"));
    expect(said).toContain("no such mirror");
    expect(said).toContain("cannot fetch the newest apache2 (see above); is this host's package mirror up?");
    expect(done()).not.toContain("apt-get install --only-upgrade");
    expect(done()).not.toContain("restart apache2.service");
    expect(sandbox.read("state/revision/apache2")).toBe("1\n");
  });
});
