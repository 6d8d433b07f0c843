/** When a director's table counts as planned, and how it becomes so, with real bash and Perl. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Item } from "../../render/hostPlan.ts";
import { serviceItem } from "./items.ts";
import { planOf, Sandbox } from "./sandbox.ts";

const key = "tcp 192.0.2.100:80";
const at = "-t 192.0.2.100:80";
/** As ipvsadm prints them, and as the plan tells them. */
const kernel = {
  service: `-A ${at} -s wrr`,
  web1: (weight: number) => `-a ${at} -r 192.0.2.21:80 -g -w ${weight}`,
  web2: (weight: number) => `-a ${at} -r 192.0.2.22:80 -g -w ${weight}`,
  fallback: `-a ${at} -r 127.0.0.1:80 -g -w 1`,
};
const service = `${key} scheduler wrr`;
const web1 = (weight: number) => `${key} to 192.0.2.21:80 dr weight ${weight}`;
const web2 = (weight: number) => `${key} to 192.0.2.22:80 dr weight ${weight}`;
const planned = [service, web1(1), web2(2)];
const asPlanned = [kernel.service, kernel.web1(1), kernel.web2(2)];

type ServiceItem = Extract<Item, { kind: "service" }>;

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox(`
    journalctl() { cat "$folder/log"; }
    systemctl() { echo "systemctl $*" >>"$folder/done"; }
    run_check() { echo "$@" >>"$folder/asked"; [ -e "$folder/passes" ]; }`);
});
afterEach(() => sandbox.remove());

/** What is found of the service in `mode` where the kernel holds `rules` beside another service's; undefined where that is as planned. */
function found(
  mode: "converge" | "verify",
  rules: readonly string[],
  lines = planned,
  changes: Partial<ServiceItem> = {},
): string[] | undefined {
  sandbox.balance(...rules, "-A -t 192.0.2.101:80 -s rr", "-a -t 192.0.2.101:80 -r 192.0.2.21:80 -g -w 9");
  const item = serviceItem(lines, changes);
  const said = sandbox.bash(`${planOf(item)}
    item() { [ "$mode" = each ] && { [ "$1" != "$each_kind" ] || "$each_do" "\${@:2}"; return 0; }; service_read "\${@:2}"; }
    mode=${mode}; plan; [ "$found" = "$wanted" ] || printf '%s' "$found"`);
  return said === "" ? undefined : said.split("; ");
}

describe("the table of a service", () => {
  it.each([
    ["all are there", asPlanned],
    ["a real server is out", [kernel.service, kernel.web2(2)]],
    ["the fallback serves alone", [kernel.service, kernel.fallback]],
  ])("is as planned once settled when %s", (_, rules) => {
    expect(found("verify", rules)).toBeUndefined();
  });

  it("is as planned with a quiesced real server only where that is what health checks do", () => {
    const rules = [kernel.service, kernel.web1(0), kernel.web2(2)];
    expect(found("verify", rules, planned, { whenDown: "quiesced" })).toBeUndefined();
    expect(found("verify", rules)).toEqual([service, web1(0), web2(2)]);
  });

  it.each([
    ["a weight differs", [kernel.service, kernel.web1(1), kernel.web2(3)], [service, web1(1), web2(3)]],
    [
      "the scheduler differs",
      [`-A ${at} -s rr`, kernel.web1(1), kernel.web2(2)],
      [`${key} scheduler rr`, web1(1), web2(2)],
    ],
    [
      "a threshold differs",
      [kernel.service, `${kernel.web1(1)} -x 100 -y 80`, kernel.web2(2)],
      [service, `${web1(1)} upper-threshold 100 lower-threshold 80`, web2(2)],
    ],
    [
      "a stranger serves",
      [...asPlanned, kernel.fallback.replace("127.0.0.1", "192.0.2.29")],
      [...planned, web1(1).replace(".21", ".29")],
    ],
    [
      "a quiesced stranger is left",
      [...asPlanned, kernel.web2(0).replace(".22", ".29")],
      [...planned, web2(0).replace(".22", ".29")],
    ],
    ["there is none", [], ["absent"]],
  ])("differs when %s", (_, rules, expected) => {
    expect(found("verify", rules)).toEqual(expected);
  });

  it("is as planned with a real server whose planned weight is 0", () => {
    const wanted = [service, web1(0), web2(2)];
    expect(found("verify", [kernel.service, kernel.web1(0), kernel.web2(2)], wanted)).toBeUndefined();
    expect(found("verify", [kernel.service, kernel.web1(4), kernel.web2(2)], wanted)).toBeDefined();
  });

  it("is not as planned while converging until every real server is in", () => {
    expect(found("converge", [kernel.service, kernel.web2(2)])).toEqual([service, web2(2)]);
    expect(found("converge", [...asPlanned, kernel.fallback])).toBeUndefined();
  });

  it("is kept with its thresholds, and put back by what differs alone", () => {
    sandbox.balance(kernel.service, `${kernel.web1(1)} -x 100 -y 80 # 3 4`, kernel.web2(2));
    const kept = sandbox.bash(
      `entry="$folder/service ${key}"; mkdir "$entry"; service_save '${key}' "$entry"; cat "$entry/lines"`,
    );
    expect(kept.split("\n")).toContain(
      `${web1(1)} upper-threshold 100 lower-threshold 80 active 3 inactive 4`,
    );
    sandbox.balance(`-A ${at} -s rr`, kernel.web1(1), kernel.web2(2), kernel.web2(9).replace(".22", ".29"));
    sandbox.bash(`ip() { [ "$2" != del ]; }; service_restore_all "$folder/service ${key}"`);
    expect(sandbox.read("done")?.trimEnd().split("\n")).toEqual([
      `ipvsadm -e ${at} -r 192.0.2.21:80 -g -w 1 -x 100 -y 80`,
      `ipvsadm -E ${at} -s wrr`,
      `ipvsadm -d ${at} -r 192.0.2.29:80`,
    ]);
  });

  it("goes where nothing was before", () => {
    sandbox.balance(...asPlanned);
    sandbox.write(`service ${key}/lines`, "");
    sandbox.bash(`for _ in 1 2; do service_restore_all "$folder/service ${key}"; done`);
    expect(sandbox.read("done")).toBe(`ipvsadm -D ${at}\n`);
  });
});

describe("a change of the table", () => {
  it("is tried again where the health daemon has made a part of it at that moment", () => {
    sandbox.balance(kernel.service, kernel.web1(7), kernel.web2(2));
    const said = sandbox.bash(`
      eval "made_$(declare -f write_lines)"
      write_lines() {
        [ -e "$folder/daemon" ] || made_write_lines '-d ${at} -r 192.0.2.22:80'
        : >"$folder/daemon"
        made_write_lines "$1"
      }
      change_table $'${service}\n${web1(1)}' restore; echo went on`);
    expect(said).toBe("went on\nNo such destination\n");
    expect(sandbox.read("table")).toBe(`${kernel.service}\n${kernel.web1(1)}\n`);
  });

  it("that the kernel refuses ends the run, and is told", () => {
    sandbox.balance(...asPlanned);
    const said = sandbox.bash(`ipvsadm() { echo 'Scheduler or persistence engine not found' >&2; return 1; }
      ip() { [ "$2" != del ]; }
      change_table '${key} scheduler lblcr' edit; echo went on`);
    expect(said).toContain(`the kernel does not take mute 192.0.2.100 -E ${at} -s lblcr (see above)`);
    expect(said).not.toContain("went on");
  });
});

describe("a real server that is out of the table", () => {
  beforeEach(() => {
    sandbox.balance(kernel.service, kernel.web2(2));
    sandbox.write("passes", "");
  });

  /** What is found of the service while the daemon's log, a file or a journal, ends with these messages. */
  const inspected = (
    said: readonly string[],
    log = `${sandbox.folder}/log`,
    changes: Partial<ServiceItem> = {},
  ) => {
    sandbox.write("log", said.map((line) => `[Sun Nov 22 21:39:48 2026|ldirectord.cf|7] ${line}\n`).join(""));
    return sandbox.bash(
      `${planOf(serviceItem(planned, { log, ...changes }))}\ncheck_results=$folder/results\ncompare inspect\nprintf '%s' "\${differences[2]:-as planned}"`,
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

  it("is not asked where the checker has asked it, and is missed where it is up", () => {
    const check = "checker web";
    const log = "the journal of pulumi-lvs-checks.service";
    // It says no more when one is there from the beginning, or comes with a reload.
    const said = [keepalivedIs("Removing", "from")];
    sandbox.write("results/tcp-192.0.2.100:80-192.0.2.21:80", "0\n");
    expect(inspected(said, log, { check })).toBe(gone);
    sandbox.write("results/tcp-192.0.2.100:80-192.0.2.21:80", "1\n");
    expect(inspected(said, log, { check })).toBe("as planned");
    expect(sandbox.read("asked")).toBeUndefined();
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
    const items = keys.map((other) => serviceItem(planned.map((line) => line.replace(key, other))));
    sandbox.balance(...keys.map((other) => `-A ${other.replace("tcp", "-t")} -s wrr`));
    const said = sandbox.bash(`
      run_check() { sleep 1; return 1; }
      ${planOf(...items)}
      compare inspect
      echo "$SECONDS \${#differences[@]}"`);
    expect(said).toMatch(/^[1-3] 0\n$/);
  });
});

describe("a table that is not as planned after converging", () => {
  const others = [100, 101, 102];
  const rulesOf = (at: number, weight: number) => [
    `-A -t 192.0.2.${at}:80 -s wrr`,
    `-a -t 192.0.2.${at}:80 -r 192.0.2.21:80 -g -w ${weight}`,
  ];
  const converging = (settleSeconds: number, changes: Partial<ServiceItem> = {}) =>
    sandbox.bash(
      `${planOf(
        ...others.map((at) => {
          const other = `tcp 192.0.2.${at}:80`;
          const lines = [`${other} scheduler wrr`, `${other} to 192.0.2.21:80 dr weight 1`];
          return serviceItem(lines, { settleSeconds, fallback: undefined, ...changes });
        }),
      )}\nremember() { :; }\nmode=converge\nplan`,
    );

  it("is waited for, asked about and repaired for all services together", () => {
    sandbox.balance(...others.flatMap((at) => rulesOf(at, 7)));
    const said = converging(1);
    const edits = others.map((at) => `ipvsadm -e -t 192.0.2.${at}:80 -r 192.0.2.21:80 -g -w 1`);
    expect(sandbox.read("done")).toBe(`${[...edits, "systemctl reload any.service"].join("\n")}\n`);
    expect(said.match(/service tcp \S+: .* weight 7 -> .* weight 1/g)).toHaveLength(1);
  });

  it("fails where nothing mends it, and says what there is", () => {
    sandbox.balance(kernel.service, kernel.web1(7), kernel.web2(2));
    const said = sandbox.bash(`
      change_table() { :; }
      ${planOf(serviceItem(planned, { settleSeconds: 1 }))}
      remember() { :; }
      mode=converge
      plan`);
    expect(said).toContain(
      `service ${key}: ${planned.join("; ").replace("weight 1", "weight 7")}, not ${planned.join("; ")}; see /dev/null on this host`,
    );
  });

  it("is left alone where only health checks have taken somebody out, who is named", () => {
    sandbox.balance(...others.flatMap((at) => rulesOf(at, 1).slice(0, 1)));
    const said = converging(1);
    expect(sandbox.read("done")).toBeUndefined();
    expect(said).toContain(
      "warning: tcp 192.0.2.101:80: health check fails, so it gets no connections: 192.0.2.21:80",
    );
  });
});
