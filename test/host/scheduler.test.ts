/** How a service's scheduler is changed, and what stands in for one that refuses, in a table of the test's. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Sandbox } from "./sandbox.ts";

const key = "tcp 192.0.2.100:80";
const at = "-t 192.0.2.100:80";
const real = (host: number, weight: number) => `-a ${at} -r 192.0.2.${host}:80 -g -w ${weight}`;

let sandbox: Sandbox;
beforeEach(() => {
  // The edits are made, so that what is read afterwards is what was written.
  sandbox = new Sandbox(`
    ipvsadm() {
      case $1 in
        -Sn) cat "$folder/table" ;;
        -R)
          while read -r line; do
            echo "ipvsadm $line" >>"$folder/done"
            case $line in
              -E*) sed -i "s/^-A.*/-A\${line#-E}/" "$folder/table" ;;
              -e*) sed -i "s/^-a \${line:3:40}.*/-a\${line#-e}/" "$folder/table" ;;
              -d*) sed -i "/^-a\${line#-d} /d" "$folder/table" ;;
              -a*) echo "$line" >>"$folder/table" ;;
            esac
          done ;;
      esac
    }
    table_shares() { sed -nE 's/^-a -t (.*) -r (.*) -g -w (.*)/tcp \\1 \\2 \\3 0/p' "$folder/table"; }
    ip() { [ "$2" != del ] && echo "ip $*" >>"$folder/done"; }
    systemctl() { :; }`);
});
afterEach(() => sandbox.remove());

const holds = (...rules: readonly string[]) => sandbox.write("table", `${rules.join("\n")}\n`);
const done = () => sandbox.read("done")?.trimEnd().split("\n");
const mute = "ip rule add pref 31908 from 192.0.2.100 iif lo blackhole";

describe("a scheduler", () => {
  const converged = (rule: string) => sandbox.converge({ kind: "scheduler", key, rule });

  it("is changed while what the kernel refuses meanwhile is kept back", () => {
    holds(`-A ${at} -s wrr`, real(21, 1));
    expect(converged(`-A ${at} -s sh -b sh-fallback`)).toContain("converged");
    expect(done()).toEqual([mute, `ipvsadm -E ${at} -s sh -b sh-fallback`]);
  });

  it.each([
    ["is as planned", [`-A ${at} -s sh -b sh-fallback`]],
    ["is for the health daemon to make", []],
  ])("is left alone where it %s", (_, rules) => {
    holds(...rules);
    expect(converged(`-A ${at} -s sh -b sh-fallback`)).toContain("converged");
    expect(done()).toBeUndefined();
  });
});

describe("a real server of a service whose scheduler refuses at weight 0", () => {
  beforeEach(() => {
    sandbox.write("state/before/order", `service ${key}\n`);
    holds(`-A ${at} -s dh`, real(21, 1), real(22, 1));
  });

  it("drains while another scheduler stands in, and is out before its own is back", () => {
    sandbox.bash(`mkdir -p $state/undo
      found=any leaving=('${key}|192.0.2.22:80|5|stop|'); drain_set table terms=`);
    expect(done()).toEqual([
      mute,
      `ipvsadm -E ${at} -s wlc`,
      `ipvsadm -e ${at} -r 192.0.2.22:80 -g -w 0`,
      `ipvsadm -d ${at} -r 192.0.2.22:80`,
    ]);
  });

  it("is withdrawn in the same way, and its own scheduler is back when nobody is at weight 0", () => {
    const share = `-e ${at} -r 192.0.2.22:80 -g -w 1`;
    sandbox.bash(`quiesce '${key}' 192.0.2.22:80; return_share '${key}' 192.0.2.22:80 '${share}'`);
    expect(done()).toEqual([
      mute,
      `ipvsadm -E ${at} -s wlc`,
      `ipvsadm -e ${at} -r 192.0.2.22:80 -g -w 0`,
      `ipvsadm ${share}`,
      mute,
      `ipvsadm -E ${at} -s dh`,
    ]);
    expect(sandbox.read("table")).toContain(`-A ${at} -s dh\n`);
  });

  it("comes back into the table where the run that has drained it fails", () => {
    const share = `-e ${at} -r 192.0.2.22:80 -g -w 1`;
    sandbox.bash(`found=any leaving=('${key}|192.0.2.22:80|5|stop|'); drain_set table terms=
      return_share '${key}' 192.0.2.22:80 '${share}'`);
    expect(done()?.slice(4)).toEqual([`ipvsadm -a${share.slice(2)}`, mute, `ipvsadm -E ${at} -s dh`]);
  });
});
