/** What a director says when it is read, with a table of the test's. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Item } from "../../render/hostPlan.ts";
import { serviceItem } from "./items.ts";
import { planOf, Sandbox } from "./sandbox.ts";

const key = "tcp 192.0.2.100:80";
const at = "-t 192.0.2.100:80";
const rules = (weight: number) => [`-A ${at} -s wrr`, `-a ${at} -r 192.0.2.21:80 -g -w ${weight} # 3 4`];
const lines = (weight: number) => [`${key} scheduler wrr`, `${key} to 192.0.2.21:80 dr weight ${weight}`];

const stubs = `
lock=$folder/lock
find_link() { link=lo; }
ip() { echo '2: lo    inet 192.0.2.100/32 scope global lo\\       valid_lft forever preferred_lft forever'; }
answers() { printf '192.0.2.%s 02:42:c6:12:07:15\\n' 100 101 && echo "$*" >"$folder/asked"; }
vip_read() { wanted=1 found=1; }`;

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox(stubs);
  sandbox.write("state/holder", "director web1 192.0.2.21\n");
  sandbox.write("state/converged", "any 0\n");
  sandbox.write("state/script", "exit 1\n");
  sandbox.write("state/drain", `${key}|30|stop|/checks/web\ntcp 192.0.2.101:80|0|proceed|\n`);
  sandbox.balance(...rules(1), "-A -f 7 -s rr", "-a -f 7 -r 192.0.2.21:0 -g -w 1");
});
afterEach(() => sandbox.remove());

/** The records of these kinds, `prepare` having run. */
function recordsOf(kinds: RegExp, prepare = ":"): string[] {
  const plan = planOf(serviceItem(lines(1), { check: undefined }));
  const printed = sandbox.bash(`${plan}\n${prepare}\nread_host`);
  return printed.split("\n").filter((line) => kinds.test(line));
}

it("a director tells how long each service that it has known may drain", () => {
  expect(recordsOf(/^drain\t/)).toEqual([`drain\t${key}\t30`, "drain\ttcp 192.0.2.101:80\t0"]);
});

describe("the real servers that the last good run had planned", () => {
  it("are told from the plan where it is that run's", () => {
    sandbox.write("state/converged", "any 0\n");
    expect(recordsOf(/^planned\t/)).toEqual([`planned\t${lines(1)[1]}`]);
  });

  it("are told by the host's own script where the plan is another one", () => {
    const told = "planned\ttcp 192.0.2.100:80 to 192.0.2.9:80 dr weight 1";
    sandbox.write("state/converged", "another 0\n");
    sandbox.write("state/script", `echo '${told}'`);
    expect(recordsOf(/^planned\t/)).toEqual([told]);
  });
});

it("a director tells its table with connections, and without the probes of health checks", () => {
  const [service, web1] = lines(1);
  expect(recordsOf(/^table\t/)).toEqual([`table\t${service}`, `table\t${web1} active 3 inactive 4`]);
});

describe("a real server that is withdrawn for a change of its own", () => {
  beforeEach(() => {
    sandbox.balance(...rules(0));
    sandbox.write("state/withdrawn/192.0.2.21", `${key} to 192.0.2.21:80|${lines(1)[1]}\n`);
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
    sandbox.write("state/withdrawn/192.0.2.21", `tcp 192.0.2.101:80 to 192.0.2.21:80|any\n`);
    expect(recordsOf(/^difference\tservice/)).toEqual([
      `difference\tservice ${key}\t${lines(1).join("; ")}\t${lines(0).join("; ")}`,
    ]);
  });
});

describe("a director's VIPs", () => {
  const vips = ["192.0.2.100", "192.0.2.101", "198.51.100.1"];
  const plan = planOf(
    ...vips.map((address): Item => ({ kind: "vip", address, manner: "share", from: "192.0.2.21" })),
    { kind: "silence", vips: vips.slice(0, 2), askedFrom: "192.0.2.21", peers: [], realServers: [] },
  );

  it("are told with who else answers for them, but for the one that is routed", () => {
    expect(recordsOf(/^(link|vip|answer)\t/, plan)).toEqual([
      "link\t00:00:00:00:00:00",
      "vip\t192.0.2.100\theld\tasked",
      "vip\t192.0.2.101\t\tasked",
      "vip\t198.51.100.1\t\t",
      "answer\t192.0.2.100\t02:42:c6:12:07:15",
      "answer\t192.0.2.101\t02:42:c6:12:07:15",
    ]);
    expect(sandbox.read("asked")).toBe("lo 192.0.2.21 192.0.2.100 192.0.2.101\n");
  });

  it("are those of the last good run where the plan is another one", () => {
    sandbox.write("state/converged", "another 0\n");
    sandbox.write(
      "state/script",
      `printf 'link\\tany\nvip\\t192.0.2.9\\theld\\tasked\nanswer\\t192.0.2.9\\tany\n'`,
    );
    expect(recordsOf(/^(link|vip|answer)\t/, plan)).toEqual([
      "link\t00:00:00:00:00:00",
      "vip\t192.0.2.9\theld\tasked",
      "answer\t192.0.2.9\tany",
    ]);
    expect(sandbox.read("asked")).toBeUndefined();
  });
});

it("a host that is not ours tells its hardware address, and nothing else", () => {
  sandbox.write("state/holder", "director lb1 192.0.2.11\n");
  expect(recordsOf(/./)).toEqual(["link\t00:00:00:00:00:00", "unheld"]);
});
