/** What a director says when it is read, with a table of the test's. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Sandbox } from "./sandbox.ts";

const key = "tcp 192.0.2.100:80";
const at = "-t 192.0.2.100:80";
const rules = (weight: number) => [`-A ${at} -s wrr`, `-a ${at} -r 192.0.2.21:80 -g -w ${weight}`];

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox(`lock=$folder/lock; ipvsadm() { [ "$1" != -Sn ] || cat "$folder/rules"; }`);
  sandbox.write("state/holder", "director web1 192.0.2.21\n");
  sandbox.write("state/converged", "any 0\n");
  sandbox.write("state/drain", `${key}|30|stop|/checks/web|192.0.2.21:80\ntcp 192.0.2.101:80|0|proceed||\n`);
  sandbox.write("rules", `${rules(1).join("\n")}\n`);
});
afterEach(() => sandbox.remove());

/** The records of these kinds, `prepare` having run. */
function recordsOf(kinds: RegExp, prepare = ":"): string[] {
  const plan = `plan() { item service '${key}' '${rules(1).join("\n")}' 10 removed 'reload ldirectord.service' /dev/null; }`;
  const printed = sandbox.bash(`${plan}\n${prepare}\nread_host`);
  return printed.split("\n").filter((line) => kinds.test(line));
}

it("a director tells how long each service that it has known may drain", () => {
  expect(recordsOf(/^drain\t/)).toEqual([`drain\t${key}\t30`, "drain\ttcp 192.0.2.101:80\t0"]);
});

describe("a real server that is withdrawn for a change of its own", () => {
  beforeEach(() => {
    sandbox.write("rules", `${rules(0).join("\n")}\n`);
    sandbox.write("state/withdrawn/192.0.2.21", `${key}|192.0.2.21:80|-e ${at} -r 192.0.2.21:80 -g -w 1\n`);
  });

  it("is told once where no run is at work any more", () => {
    expect(recordsOf(/^difference\t/)).toEqual([
      "difference\twithdrawn 192.0.2.21\tin service\tout for a change of its own",
    ]);
  });

  it("is as it should be while the run that has withdrawn it, or another one, is at work", () => {
    expect(recordsOf(/^difference\t/, "lock --shared")).toEqual([]);
  });

  it("excuses no other real server's weight", () => {
    sandbox.write("state/withdrawn/192.0.2.21", `tcp 192.0.2.101:80|192.0.2.21:80|-e any\n`);
    expect(recordsOf(/^difference\tservice/)).toEqual([
      `difference\tservice ${key}\t${rules(1).join("; ")}\t${rules(0).join("; ")}`,
    ]);
  });
});
