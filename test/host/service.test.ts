/** When a director's table counts as planned, with real bash and a stub for ipvsadm. */
import { execFileSync } from "node:child_process";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { inCheckout } from "../fixtures.ts";
import { Sandbox } from "./sandbox.ts";

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
    service_read 'tcp 192.0.2.100:80' "$4" 10 "$5" 'reload any' 'any log' 127.0.0.1:80
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
      run_check() { echo "$2 $3" >>"$folder/asked"; [ -e "$folder/passes" ]; }`);
    sandbox.write("state/drain", "tcp 192.0.2.100:80|30|stop|/checks/web|192.0.2.21:80 192.0.2.22:80\n");
    sandbox.write("passes", "");
  });
  afterEach(() => sandbox.remove());

  /** What is found of the service while ldirectord's log ends with these messages. */
  const inspected = (...log: readonly string[]) => {
    sandbox.write("log", log.map((said) => `[Sun Nov 22 21:39:48 2026|ldirectord.cf|7] ${said}\n`).join(""));
    const rules = [...planned].sort().join("\n");
    const item = `service 'tcp 192.0.2.100:80' '${rules}' 10 removed 'reload ldirectord.service' ${sandbox.folder}/log 127.0.0.1:80`;
    return sandbox.bash(
      `plan() { item ${item}; }\ncompare inspect\nprintf '%s' "\${differences[2]:-as planned}"`,
    );
  };
  const web1Is = (said: string) => `${said} real server: 192.0.2.21:80 (192.0.2.100:80)`;
  const gone = [service, web2(2)].join("; ");

  it("has been taken out by hand where its check passes, and ldirectord has not done it", () => {
    expect(inspected()).toBe(gone);
    expect(inspected(web1Is("Deleted"), `${web1Is("Added")} (Weight set to 1)`)).toBe(gone);
    expect(sandbox.read("asked")).toBe("192.0.2.100:80 192.0.2.21:80\n".repeat(2));
  });

  it("is ldirectord's to put back where ldirectord has taken it out, so it is not asked", () => {
    expect(inspected(`${web1Is("Added")} (Weight set to 1)`, web1Is("Deleted"))).toBe("as planned");
    expect(sandbox.read("asked")).toBeUndefined();
  });

  it("is told from other ones in ldirectord's log", () => {
    const others = ["192.0.2.21:80 (192.0.2.101:80)", "192.0.2.2:80 (192.0.2.100:80)"];
    expect(inspected(...others.map((who) => `Deleted real server: ${who}`))).toBe(gone);
  });

  it("is down where its check fails", () => {
    sandbox.bash("rm $folder/passes");
    expect(inspected(`${web1Is("Added")} (Weight set to 1)`)).toBe("as planned");
  });

  it("without a check of ours has been taken out by hand where ldirectord says that it is in", () => {
    sandbox.write("state/drain", "tcp 192.0.2.100:80|30|stop||192.0.2.21:80 192.0.2.22:80\n");
    expect(inspected()).toBe("as planned");
    expect(inspected(`${web1Is("Restored")} (Weight set to 1)`)).toBe(gone);
  });
});
