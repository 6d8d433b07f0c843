/** When a director's table counts as planned, with real bash and a stub for ipvsadm. */
import { execFileSync } from "node:child_process";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Item } from "../../render/hostPlan.ts";
import { inCheckout } from "../fixtures.ts";
import { planOf, Sandbox } from "./sandbox.ts";

const at = "-t 192.0.2.100:80";
const service = `-A ${at} -s wrr`;
const web1 = (weight: number) => `-a ${at} -r 192.0.2.21:80 -g -w ${weight}`;
const web2 = (weight: number) => `-a ${at} -r 192.0.2.22:80 -g -w ${weight}`;
const fallback = `-a ${at} -r 127.0.0.1:80 -g -w 1`;
const planned = [service, web1(1), web2(2)];

/** What `service_read` finds in `mode` where the kernel holds `kernel` beside another service's rules. */
function found(
  mode: "converge" | "verify",
  kernel: readonly string[],
  wanted = planned,
  whenDown = "removed",
): string[] {
  const others = ["-A -t 192.0.2.101:80 -s rr", "-a -t 192.0.2.101:80 -r 192.0.2.21:80 -g -w 9"];
  const program = `
    . "$1"
    rules_in_kernel=$2 mode=$3
    ipvsadm() { printf '%s\\n' "$rules_in_kernel"; }
    is_withdrawn() { false; }
    service_read 'tcp 192.0.2.100:80' "planned_rules=$4" when_down="$5" fallback=127.0.0.1:80
    printf '%s' "$found" | sort`;
  const library = inCheckout("host/items/service.sh");
  const args = [
    "-",
    library,
    [...kernel, ...others].join("\n"),
    mode,
    [...wanted].sort().join("\n"),
    whenDown,
  ];
  return execFileSync("bash", ["-euo", "pipefail", "-c", program, ...args], {
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C" },
  })
    .trimEnd()
    .split("\n");
}

describe("the table of a service", () => {
  it.each([
    ["all are there", planned],
    ["a real server is out", [service, web2(2)]],
    ["the fallback serves alone", [service, fallback]],
  ])("is as planned once settled when %s", (_, kernel) => {
    expect(found("verify", kernel)).toEqual([...planned].sort());
  });

  it("is as planned with a quiesced real server only where that is what health checks do", () => {
    const kernel = [service, web1(0), web2(2)];
    expect(found("verify", kernel, planned, "quiesced")).toEqual([...planned].sort());
    expect(found("verify", kernel, planned, "removed")).toEqual([...kernel].sort());
  });

  it.each([
    ["a weight differs", [service, web1(1), web2(3)], [service, web1(1), web2(3)]],
    ["the scheduler differs", [`-A ${at} -s rr`, web1(1), web2(2)], [`-A ${at} -s rr`, web1(1), web2(2)]],
    ["a stranger serves", [...planned, fallback.replace("127.0.0.1", "192.0.2.29")], undefined],
    ["a quiesced stranger is left", [...planned, web2(0).replace(".22", ".29")], undefined],
    ["there is none", [], ["absent"]],
  ])("differs when %s", (_, kernel, expected) => {
    expect(found("verify", kernel)).toEqual([...(expected ?? kernel)].sort());
    expect(found("verify", kernel)).not.toEqual([...planned].sort());
  });

  it("is as planned with a real server whose planned weight is 0", () => {
    const wanted = [service, web1(0), web2(2)];
    expect(found("verify", wanted, wanted)).toEqual([...wanted].sort());
    expect(found("verify", [service, web1(4), web2(2)], wanted)).not.toEqual([...wanted].sort());
  });

  it("is not as planned while converging until every real server is in", () => {
    expect(found("converge", [service, web2(2)])).toEqual([service, web2(2)].sort());
    expect(found("converge", [...planned, fallback])).toEqual([...planned].sort());
  });
});

describe("the thresholds of a real server", () => {
  const limited = `${web1(1)} -x 100 -y 80`;
  const sandbox = new Sandbox(`
    ipvsadm() {
      case $1 in
        -Sn) printf '%s \\n' '${service}' '${web1(1)}' '${web2(2)}' '-a -t 192.0.2.101:80 -r 192.0.2.21:80 -g -w 1' ;;
        -Ln) printf '%s\\n' 'IP Virtual Server version 1.2.1 (size=4096)' \
          'Prot LocalAddress:Port            Uthreshold Lthreshold ActiveConn InActConn' '  -> RemoteAddress:Port' \
          'TCP  192.0.2.100:80 wrr' '  -> 192.0.2.21:80                100        80         0          0' \
          '  -> 192.0.2.22:80                0          0          5          4' \
          'TCP  192.0.2.101:80 wrr' '  -> 192.0.2.21:80                0          0          5          4' ;;
        -R) sed 's/^/ran: /' ;;
      esac
    }`);
  afterAll(() => sandbox.remove());
  const key = "tcp 192.0.2.100:80";

  it("are part of the kernel's rules, so that others than planned are drift", () => {
    expect(sandbox.bash(`kernel_rules '${key}'; printf '%s' "$rules"`).split("\n")).toEqual([
      service,
      limited,
      web2(2),
    ]);
  });

  it("are kept and put back", () => {
    const other = service.replace("wrr", "rr");
    const said = sandbox.bash(`service_save '${key}' "$folder"; cat "$folder/rules"; echo
      sed -i 's/-x 100 -y 80/-x 9 -y 8/; s/wrr/rr/' "$folder/rules"; service_restore '${key}' "$folder"`);
    expect(said.split("\n").slice(0, 3)).toEqual([service, limited, web2(2)]);
    expect(said).toContain(
      `ran: ${other.replace("-A", "-E")}\nran: ${web1(1).replace("-a", "-e")} -x 9 -y 8\n`,
    );
  });

  it("go back with the weight of one that was to leave", () => {
    expect(sandbox.bash(`keep_share '${key}' 192.0.2.21:80`)).toBe(
      `${key}|192.0.2.21:80|${limited.replace("-a", "-e")}\n`,
    );
  });
});

describe("a real server that is out of the table", () => {
  let sandbox: Sandbox;
  beforeEach(() => {
    sandbox = new Sandbox(`
      ipvsadm() { printf '%s\\n' '${service}' '${web2(2)}'; }
      journalctl() { cat "$folder/log"; }
      run_check() { echo "$@" >>"$folder/asked"; [ -e "$folder/passes" ]; }`);
    sandbox.write("passes", "");
  });
  afterEach(() => sandbox.remove());

  const item = (key: string, log: string): Item => ({
    kind: "service",
    key,
    rules: [...planned].sort().map((rule) => rule.replaceAll("192.0.2.100:80", key.slice(4))),
    settleSeconds: 10,
    whenDown: "removed",
    repair: "reload ldirectord.service",
    log,
    check: "/checks/web",
    fallback: "127.0.0.1:80",
  });

  /** What is found of the service while the daemon's log, a file or a journal, ends with these messages. */
  const inspected = (said: readonly string[], log = `${sandbox.folder}/log`) => {
    sandbox.write("log", said.map((line) => `[Sun Nov 22 21:39:48 2026|ldirectord.cf|7] ${line}\n`).join(""));
    return sandbox.bash(
      `${planOf(item("tcp 192.0.2.100:80", log))}\ncompare inspect\nprintf '%s' "\${differences[2]:-as planned}"`,
    );
  };
  const web1Is = (said: string) => `${said} real server: 192.0.2.21:80 (192.0.2.100:80)`;
  const keepalivedIs = (said: string, preposition: string) =>
    `${said} service [192.0.2.21]:tcp:80 ${preposition} VS [192.0.2.100]:tcp:80`;
  const gone = [service, web2(2)].join("; ");

  it("has been taken out by hand where its check passes, and ldirectord has not done it", () => {
    expect(inspected([])).toBe(gone);
    expect(inspected([web1Is("Deleted"), `${web1Is("Added")} (Weight set to 1)`])).toBe(gone);
    expect(sandbox.read("asked")).toBe("/checks/web 192.0.2.100:80 192.0.2.21:80 5\n".repeat(2));
  });

  it("is ldirectord's to put back where ldirectord has taken it out, so it is not asked", () => {
    expect(inspected([`${web1Is("Added")} (Weight set to 1)`, web1Is("Deleted")])).toBe("as planned");
    expect(sandbox.read("asked")).toBeUndefined();
  });

  it("is told by keepalived's journal as by ldirectord's log", () => {
    const journal = "the journal of pulumi-lvs-checks.service";
    const removed = keepalivedIs("Removing", "from");
    expect(inspected([keepalivedIs("Adding", "to"), removed], journal)).toBe("as planned");
    expect(inspected([removed, keepalivedIs("Adding", "to")], journal)).toBe(gone);
  });

  it("is told from other ones in the log", () => {
    const others = ["192.0.2.21:80 (192.0.2.101:80)", "192.0.2.2:80 (192.0.2.100:80)"];
    expect(inspected(others.map((who) => `Deleted real server: ${who}`))).toBe(gone);
  });

  it("is down where its check fails", () => {
    sandbox.bash("rm $folder/passes");
    expect(inspected([`${web1Is("Added")} (Weight set to 1)`])).toBe("as planned");
  });

  it("is asked for all services at the same time, and no later than others", () => {
    const keys = Array.from({ length: 12 }, (_, index) => `tcp 192.0.2.${100 + index}:80`);
    const items = keys.map((key) => item(key, "/dev/null"));
    const said = sandbox.bash(`
      ipvsadm() { for at in {100..111}; do echo "-A -t 192.0.2.$at:80 -s wrr"; done; }
      run_check() { sleep 1; return 1; }
      ${planOf(...items)}
      compare inspect
      echo "$SECONDS \${#differences[@]}"`);
    expect(said).toMatch(/^[1-3] 0\n$/);
  });
});

describe("a table that is not as planned after converging", () => {
  it("is waited for, asked about and repaired for all services together", () => {
    const keys = [100, 101, 102];
    const rulesOf = (at: number, weight: number) => [
      `-A -t 192.0.2.${at}:80 -s wrr`,
      `-a -t 192.0.2.${at}:80 -r 192.0.2.21:80 -g -w ${weight}`,
    ];
    const sandbox = new Sandbox(`
      ipvsadm() { case $1 in
        -Sn) cat "$folder/table" ;;
        -R) cat >>"$folder/done"; sed 's/-w 7/-w 1/' -i "$folder/table" ;;
      esac; }
      systemctl() { echo "$@" >>"$folder/done"; }
      sleep() { echo waited >>"$folder/waits"; command sleep "$1"; }`);
    sandbox.write("table", `${keys.flatMap((at) => rulesOf(at, 7)).join("\n")}\n`);
    const items = keys.map(
      (at): Item => ({
        kind: "service",
        key: `tcp 192.0.2.${at}:80`,
        rules: rulesOf(at, 1),
        settleSeconds: 1,
        whenDown: "removed",
        repair: "reload any.service",
        log: "/dev/null",
        check: "/checks/web",
        fallback: undefined,
      }),
    );
    sandbox.bash(`${planOf(...items)}\nremember() { :; }\nmode=converge\nplan`);
    const edits = keys.flatMap((at) => [
      `-E -t 192.0.2.${at}:80 -s wrr`,
      `-e -t 192.0.2.${at}:80 -r 192.0.2.21:80 -g -w 1`,
    ]);
    expect(sandbox.read("done")).toBe(`${[...edits, "reload any.service"].join("\n")}\n`);
    expect(sandbox.read("waits")?.trim().split("\n").length).toBeLessThanOrEqual(6);
    sandbox.remove();
  });
});
