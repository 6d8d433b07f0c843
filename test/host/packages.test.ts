/** How packages are installed where dpkg was killed before, with stand-ins for apt-get and dpkg. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Sandbox } from "./sandbox.ts";

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox(`
    systemctl() { :; }
    dpkg-query() { [ ! -e "$folder/installed" ] || echo "apache2 installed"; }
    dpkg() { echo "dpkg $1 $2" >>"$folder/ran"; rm -f "$folder/interrupted"; }
    apt-get() {
      local words="$*"
      words=\${words##*--force-confold }
      echo "$words" >>"$folder/ran"
      case $words in
        update) ;;
        *--fix-broken*) [ ! -e "$folder/interrupted" ] && rm -f "$folder/broken" ;;
        *) [ ! -e "$folder/interrupted" ] && [ ! -e "$folder/broken" ] && touch "$folder/installed" ;;
      esac
    }
    preflight() { :; }`);
});
afterEach(() => sandbox.remove());

const install = "install --no-install-recommends apache2";
const repair = ["dpkg --configure -a", "update", "install --fix-broken --no-remove --no-install-recommends"];

/** What is run to install a package. */
function ran(): string[] {
  sandbox.converge({ kind: "packages", names: ["apache2"], units: ["apache2.service"] });
  return (sandbox.read("ran") ?? "").trim().split("\n");
}

describe("a package", () => {
  it("is installed, and nothing is repaired where nothing is broken", () => {
    expect(ran()).toEqual([install]);
  });

  it.each([["interrupted"], ["broken"]])(
    "is installed where dpkg is %s, which is repaired first",
    (state) => {
      sandbox.write(state, "");
      expect(ran()).toEqual([install, ...repair, install]);
      expect(sandbox.read("installed")).toBe("");
    },
  );
});
