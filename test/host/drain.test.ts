/** Real servers that leave, in a table that changes each second. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { serviceItem } from "./items.ts";
import { planOf, Sandbox } from "./sandbox.ts";

const key = "tcp 192.0.2.100:80";
const at = "-t 192.0.2.100:80";

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox(`
    lock=$folder/lock
    run_check() { [ -e "$folder/passes" ]; }
    second=0
    sleep() { second=$((second + 1)); [ ! -e "$folder/second-$second" ] || cp "$folder/second-$second" "$folder/table"; }`);
});
afterEach(() => sandbox.remove());

const done = () => sandbox.read("done")?.trimEnd().split("\n") ?? [];

describe("a real server that drains", () => {
  /** The service with it, and its weight and connections; without it where there are none. */
  const rules = (flag: string, share: string) => {
    const [weight, connections] = share.split(" ");
    const counts = flag === "-u" ? `0 ${connections}` : `${connections} 9`;
    const service = `-A ${flag} 192.0.2.100:80 -s wrr`;
    return share === ""
      ? [service]
      : [service, `-a ${flag} 192.0.2.100:80 -r 192.0.2.21:80 -g -w ${weight} # ${counts}`];
  };

  /** What is said while it drains: at first with this share, "WEIGHT CONNECTIONS", then with one a second. */
  function drained(terms: string, first: string, ...then: readonly string[]): string[] {
    return drainedOf("tcp", terms, first, ...then);
  }

  function drainedOf(protocol: string, terms: string, first: string, ...then: readonly string[]): string[] {
    const flag = protocol === "udp" ? "-u" : "-t";
    sandbox.balance(...rules(flag, first));
    for (const [index, share] of then.entries())
      sandbox.write(`second-${index + 1}`, `${rules(flag, share).join("\n")}\n`);
    sandbox.write("state/drain", `${protocol} 192.0.2.100:80|${terms}|\n`);
    const leaving = `read_terms; leaving=('${protocol} 192.0.2.100:80 to 192.0.2.21:80')`;
    return sandbox.bash(`${leaving}; drain_all; echo done`).trimEnd().split("\n");
  }
  const quiesced = `ipvsadm -e ${at} -r 192.0.2.21:80 -g -w 0`;

  it("has weight 0 at once, and is drained when no connection is left", () => {
    const said = drained("60|stop", "1 4", "0 4", "0 2", "0 0");
    expect(done()).toEqual([quiesced]);
    const of = "web1: 192.0.2.21:80 of tcp 192.0.2.100:80";
    expect(said.join("\n")).toMatch(new RegExp(`^done\n${of}: 4 connections left, \\d+ s\n${of}: drained$`));
  });

  it("is not drained while it has a weight, which is taken from it again", () => {
    drained("60|stop", "1 0", "3 0", "0 0");
    expect(done()).toEqual([quiesced, quiesced]);
  });

  it("is drained where it has left the table", () => {
    expect(drained("60|stop", "1 4", "")).toContain("done");
  });

  it.each([
    ["stop", "still has 4 connections after drainSeconds and goes on serving them", false],
    ["proceed", "still has 4 connections after drainSeconds; they end now", true],
  ])("that has had its time is told of, and the choice is %s", (choice, told, isDone) => {
    const said = drained(`0|${choice}`, "1 4", "0 4");
    expect(said.join("\n")).toContain(told);
    expect(said.includes("done")).toBe(isDone);
  });

  it("of a UDP service has had its time when its clients may go on elsewhere, which is no warning", () => {
    const said = drainedOf("udp", "0|proceed", "1 812", "0 640").join("\n");
    expect(said).toContain("drained of all but 640 clients, whose next datagrams go to others");
    expect(said).not.toContain("warning");
  });
});

describe("who leaves", () => {
  const other = "tcp 192.0.2.101:80";
  const planned = serviceItem([`${key} scheduler wrr`, `${key} to 192.0.2.21:80 dr weight 1`], {
    drainSeconds: 7,
    onDrainTimeout: "proceed",
  });
  const read = `${planOf(planned)}\nmode=converge; drain_read table; printf '%s\\n' "$found"`;
  beforeEach(() => {
    sandbox.write("state/before/order", `service ${key}\nunit any\nservice ${other}\n`);
    sandbox.write("state/drain", `${other}|5|proceed|\n`);
  });

  it("has a share of a service of ours that it is not planned in; the fallback stays", () => {
    sandbox.balance(
      `-A ${at} -s wrr`,
      `-a ${at} -r 192.0.2.21:80 -g -w 1`,
      `-a ${at} -r 192.0.2.22:80 -g -w 1`,
      `-a ${at} -r 192.0.2.23:80 -g -w 0 # 2 0`,
      `-a ${at} -r 192.0.2.24:80 -g -w 0 # 0 5`,
      `-a ${at} -r 127.0.0.1:80 -g -w 1`,
      "-A -t 192.0.2.101:80 -s rr",
      "-a -t 192.0.2.101:80 -r 192.0.2.21:80 -g -w 1",
      "-A -t 192.0.2.102:80 -s rr",
      "-a -t 192.0.2.102:80 -r 192.0.2.21:80 -g -w 1",
    );
    expect(sandbox.bash(read)).toBe("192.0.2.22:80 192.0.2.23:80 192.0.2.21:80\n");
    expect(sandbox.read("state/drain")?.trim().split("\n").sort()).toEqual([
      `${key}|7|proceed|/checks/web`,
      `${other}|5|proceed|`,
    ]);
  });

  it("is nobody where all are planned, and after the run", () => {
    sandbox.balance(`-A ${at} -s wrr`, `-a ${at} -r 192.0.2.21:80 -g -w 1`);
    expect(sandbox.bash(read)).toBe("nobody\n");
    sandbox.balance(`-A ${at} -s wrr`, `-a ${at} -r 192.0.2.29:80 -g -w 1`);
    expect(sandbox.bash(read.replace("mode=converge", "mode=verify"))).toBe("nobody\n");
  });

  it.each([
    ["is in the table before, where it answers", true],
    ["is not, where it does not", false],
  ])("has drained when who comes in its place %s", (_, answers) => {
    if (answers) sandbox.write("passes", "");
    sandbox.balance(`-A ${at} -s wrr`, `-a ${at} -r 192.0.2.22:80 -g -w 4 -x 9`);
    const said =
      sandbox.bash(`${read}\nmkdir -p "$folder/undo"; drain_save table "$folder/undo"; drain_set table
      drain_restore table "$folder/undo"`);
    expect(said).toContain("web1: draining 192.0.2.22:80\n");
    expect(done()).toEqual([
      ...(answers ? [`ipvsadm -a ${at} -r 192.0.2.21:80 -g -w 1`] : []),
      `ipvsadm -e ${at} -r 192.0.2.22:80 -g -w 0 -x 9`,
      `ipvsadm -e ${at} -r 192.0.2.22:80 -g -w 4 -x 9`,
    ]);
  });
});

describe("a real server that is withdrawn", () => {
  const rules = (weight: number) => [
    `-A ${at} -s wrr`,
    `-a ${at} -r 192.0.2.21:80 -g -w 3 -x 100 -y 80`,
    `-a ${at} -r 192.0.2.22:80 -g -w ${weight}`,
  ];
  beforeEach(() => {
    sandbox.write("passes", "");
    sandbox.write("state/before/order", `service ${key}\n`);
    sandbox.write("state/drain", `${key}|60|stop|/checks/web\n`);
  });

  it("gets back its weight and its thresholds once it answers", () => {
    sandbox.balance(...rules(1));
    const said = sandbox.bash(`plan() { :; }\nwithdraw 192.0.2.21; readmit 192.0.2.21`);
    expect(said).toBe(`web1: 192.0.2.21:80 of ${key}: drained\nweb1: 192.0.2.21: back in service\n`);
    expect(done()).toEqual([
      `ipvsadm -e ${at} -r 192.0.2.21:80 -g -w 0 -x 100 -y 80`,
      `ipvsadm -e ${at} -r 192.0.2.21:80 -g -w 3 -x 100 -y 80`,
    ]);
    expect(sandbox.read("state/withdrawn/192.0.2.21")).toBeUndefined();
  });

  it("stays in service where it alone serves", () => {
    sandbox.balance(...rules(0));
    expect(sandbox.bash("withdraw 192.0.2.21")).toBe(
      `web1: warning: 192.0.2.21:80 alone serves ${key}: it is changed while it serves\n`,
    );
    expect(done()).toEqual([]);
  });

  it("is left to its health check where that has taken it out meanwhile", () => {
    sandbox.balance(...rules(1));
    sandbox.bash(
      `plan() { :; }\nwithdraw 192.0.2.21; ipvsadm -R <<<'-d ${at} -r 192.0.2.21:80'; readmit 192.0.2.21`,
    );
    expect(done()).toHaveLength(2);
  });
});
