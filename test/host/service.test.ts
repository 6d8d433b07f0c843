/** When a director's table counts as planned, with real bash and a stub for ipvsadm. */
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { inCheckout } from "../fixtures.ts";

const at = "-t 192.0.2.100:80";
const service = `-A ${at} -s wrr`;
const web1 = (weight: number) => `-a ${at} -r 192.0.2.21:80 -g -w ${weight}`;
const web2 = (weight: number) => `-a ${at} -r 192.0.2.22:80 -g -w ${weight}`;
const fallback = `-a ${at} -r 127.0.0.1:80 -g -w 1`;
const planned = [service, web1(1), web2(2)];

/** What `service_read` finds in `mode` where the kernel holds `kernel` beside another service's rules. */
function found(
  mode: "converge" | "compare",
  kernel: readonly string[],
  wanted = planned,
  whenDown = "removed",
): string[] {
  const others = ["-A -t 192.0.2.101:80 -s rr", "-a -t 192.0.2.101:80 -r 192.0.2.21:80 -g -w 9"];
  const program = `
    . "$1"
    rules_in_kernel=$2 mode=$3
    ipvsadm() { printf '%s\\n' "$rules_in_kernel"; }
    service_read 'tcp 192.0.2.100:80' "$4" 10 "$5" 127.0.0.1:80
    printf '%s' "$found"`;
  const library = inCheckout("host/items/service.sh");
  const args = [
    "-",
    library,
    [...kernel, ...others].join("\n"),
    mode,
    [...wanted].sort().join("\n"),
    whenDown,
  ];
  return execFileSync("bash", ["-euo", "pipefail", "-c", program, ...args], { encoding: "utf8" }).split("\n");
}

describe("the table of a service", () => {
  it.each([
    ["all are there", planned],
    ["a real server is out", [service, web2(2)]],
    ["the fallback serves alone", [service, fallback]],
  ])("is as planned once settled when %s", (_, kernel) => {
    expect(found("compare", kernel)).toEqual([...planned].sort());
  });

  it("is as planned with a quiesced real server only where that is what health checks do", () => {
    const kernel = [service, web1(0), web2(2)];
    expect(found("compare", kernel, planned, "quiesced")).toEqual([...planned].sort());
    expect(found("compare", kernel, planned, "removed")).toEqual([...kernel].sort());
  });

  it.each([
    ["a weight differs", [service, web1(1), web2(3)], [service, web1(1), web2(3)]],
    ["the scheduler differs", [`-A ${at} -s rr`, web1(1), web2(2)], [`-A ${at} -s rr`, web1(1), web2(2)]],
    ["a stranger serves", [...planned, fallback.replace("127.0.0.1", "192.0.2.29")], undefined],
    ["a quiesced stranger is left", [...planned, web2(0).replace(".22", ".29")], undefined],
    ["there is none", [], ["absent"]],
  ])("differs when %s", (_, kernel, expected) => {
    expect(found("compare", kernel)).toEqual([...(expected ?? kernel)].sort());
    expect(found("compare", kernel)).not.toEqual([...planned].sort());
  });

  it("is as planned with a real server whose planned weight is 0", () => {
    const wanted = [service, web1(0), web2(2)];
    expect(found("compare", wanted, wanted)).toEqual([...wanted].sort());
    expect(found("compare", [service, web1(4), web2(2)], wanted)).not.toEqual([...wanted].sort());
  });

  it("is not as planned while converging until every real server is in", () => {
    expect(found("converge", [service, web2(2)])).toEqual([service, web2(2)].sort());
    expect(found("converge", [...planned, fallback])).toEqual([...planned].sort());
  });
});
