/** How a service's scheduler is changed, and what stands in for one that refuses. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { serviceItem } from "./items.ts";
import { planOf, Sandbox } from "./sandbox.ts";

const key = "tcp 192.0.2.100:80";
const at = "-t 192.0.2.100:80";
const real = (host: number, weight: number) => `-a ${at} -r 192.0.2.${host}:80 -g -w ${weight}`;
const line = (host: number, weight: number) => `${key} to 192.0.2.${host}:80 dr weight ${weight}`;

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox(`
    lock=$folder/lock
    ip() { [ "$2" != del ] && echo "ip $*" >>"$folder/done"; }
    sleep() { :; }
    systemctl() { :; }`);
});
afterEach(() => sandbox.remove());

const done = () => sandbox.read("done")?.trimEnd().split("\n");
const mute = "ip rule add pref 31908 from 192.0.2.100 iif lo blackhole";

describe("a scheduler", () => {
  /** The plan's item, once it has been walked for its service. */
  const converged = (options: string) =>
    sandbox.bash(`${planOf({ kind: "scheduler" }, serviceItem([`${key} ${options}`, line(21, 1)]))}
      remember() { :; }
      mode=converge
      service_read() { :; }
      plan
      echo converged`);

  it("is changed while what the kernel refuses meanwhile is kept back", () => {
    sandbox.balance(`-A ${at} -s wrr`, real(21, 1));
    expect(converged("scheduler sh flags sh-fallback")).toContain("converged");
    expect(done()).toEqual([mute, `ipvsadm -E ${at} -s sh -b sh-fallback`]);
  });

  it.each([
    ["is as planned", [`-A ${at} -s sh -b sh-fallback`]],
    ["is for the health daemon to make", []],
  ])("is left alone where it %s", (_, rules) => {
    sandbox.balance(...rules);
    expect(converged("scheduler sh flags sh-fallback")).toContain("converged");
    expect(done()).toBeUndefined();
  });

  it("is put back where the run fails", () => {
    sandbox.balance(`-A ${at} -s wrr`, real(21, 1));
    const failing = planOf({ kind: "scheduler" }, serviceItem([`${key} scheduler rr`, line(21, 1)]));
    expect(sandbox.bash(`${failing}\npreflight() { :; }\nservice_read() { fail here; }\nconverge`)).toContain(
      "scheduler table: put back as it was",
    );
    expect(done()).toEqual([mute, `ipvsadm -E ${at} -s rr`, mute, `ipvsadm -E ${at} -s wrr`]);
  });
});

describe("a real server of a service whose scheduler refuses at weight 0", () => {
  beforeEach(() => {
    sandbox.write("state/before/order", `service ${key}\n`);
    sandbox.balance(`-A ${at} -s dh`, real(21, 1), real(22, 1));
  });
  const stays = planOf(serviceItem([`${key} scheduler dh`, line(21, 1)]));
  const drain = `${stays}
    mode=converge
    drain_read table
    mkdir -p "$folder/undo"
    drain_save table "$folder/undo"
    drain_set table`;

  it("drains while another scheduler stands in, and is out before its own is back", () => {
    sandbox.bash(drain);
    expect(done()).toEqual([
      mute,
      `ipvsadm -E ${at} -s wlc`,
      `ipvsadm -e ${at} -r 192.0.2.22:80 -g -w 0`,
      `ipvsadm -d ${at} -r 192.0.2.22:80`,
    ]);
  });

  it("comes back into the table where the run that has drained it fails, before its scheduler", () => {
    sandbox.bash(`${drain}\ndrain_restore table "$folder/undo"`);
    expect(done()?.slice(4)).toEqual([`ipvsadm ${real(22, 1)}`, mute, `ipvsadm -E ${at} -s dh`]);
  });

  it("is withdrawn in the same way, and its own scheduler is back when nobody is at weight 0", () => {
    const plan = planOf(serviceItem([`${key} scheduler dh`, line(21, 1), line(22, 1)]));
    sandbox.bash(`${plan}
      withdraw 192.0.2.22
      change_table '${line(21, 0)}' edit
      readmit 192.0.2.22`);
    expect(done()).toEqual([
      mute,
      `ipvsadm -E ${at} -s wlc`,
      `ipvsadm -e ${at} -r 192.0.2.22:80 -g -w 0`,
      `ipvsadm -e ${at} -r 192.0.2.21:80 -g -w 0`,
      `ipvsadm -e ${at} -r 192.0.2.22:80 -g -w 1`,
    ]);
    sandbox.write("state/withdrawn/192.0.2.21", `${key} to 192.0.2.21:80|${line(21, 1)}\n`);
    sandbox.bash(`${plan}\nreadmit 192.0.2.21`);
    expect(done()?.slice(5)).toEqual([
      `ipvsadm -e ${at} -r 192.0.2.21:80 -g -w 1`,
      mute,
      `ipvsadm -E ${at} -s dh`,
    ]);
  });
});
