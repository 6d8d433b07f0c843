/** host/table.pl with a real Perl, fed with what ipvsadm 1.31 prints. */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { serviceKey } from "../../model/serviceAddress.ts";
import { byEndpoint, parseTable, serviceLines, type Table, type TableService } from "../../model/table.ts";
import { inTable } from "../../render/ipvs.ts";
import { clusterOf, inCheckout } from "../fixtures.ts";
import { arbitrarySettings } from "../render/arbitrarySettings.ts";
import { Sandbox } from "./sandbox.ts";

/** `ipvsadm -Sn` and `ipvsadm -Ln --thresholds` of one table. */
const saved = `-A -t 192.0.2.100:80 -s wrr
-a -t 192.0.2.100:80 -r 192.0.2.21:80 -g -w 1
-a -t 192.0.2.100:80 -r 192.0.2.22:80 -g -w 0
-A -t 192.0.2.100:443 -s wlc -p 300 -M 255.255.255.0
-a -t 192.0.2.100:443 -r 192.0.2.21:8443 -m -w 65535
-A -t [2001:db8::100]:80 -s sh -p 360 -M 64 -b sh-fallback,sh-port
-a -t [2001:db8::100]:80 -r [2001:db8::21]:80 -g -w 3
-A -u 192.0.2.100:53 -s rr -o
-a -u 192.0.2.100:53 -r 192.0.2.31:53 -i -w 1 --tun-type gue --tun-port 6080 --tun-nocsum
-A -u 192.0.2.100:5060 -s rr -p 60 --pe sip
-A -f 1073742357 -s rr
-a -f 1073742357 -r 192.0.2.21:0 -g -w 1
-A -f 7 -6 -s mh -b mh-fallback
-a -f 7 -6 -r [2001:db8::21]:0 -g -w 1
`;
const listed = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port            Uthreshold Lthreshold ActiveConn InActConn 
  -> RemoteAddress:Port
TCP  192.0.2.100:80 wrr
  -> 192.0.2.21:80                100        80         3          7         
  -> 192.0.2.22:80                9          0          5          0         
TCP  192.0.2.100:443 wlc persistent 300 mask 255.255.255.0
  -> 192.0.2.21:8443              0          0          0          12        
TCP  [2001:db8::100]:80 sh persistent 360 mask 64 (sh-fallback,sh-port)
  -> [2001:db8::21]:80            0          0          1          0         
UDP  192.0.2.100:53 rr ops
  -> 192.0.2.31:53                0          0          0          812       
UDP  192.0.2.100:5060 rr persistent 60 pe sip
FWM  1073742357 rr
  -> 192.0.2.21:0                 0          0          0          3930      
FWM  7 IPv6 mh (mh-fallback)
  -> [2001:db8::21]:0             0          0          0          0         
`;
const lines = [
  "tcp 192.0.2.100:443 scheduler wlc persistent 300 mask 255.255.255.0",
  "tcp 192.0.2.100:443 to 192.0.2.21:8443 nat weight 65535 active 0 inactive 12",
  "tcp 192.0.2.100:80 scheduler wrr",
  "tcp 192.0.2.100:80 to 192.0.2.21:80 dr weight 1 upper-threshold 100 lower-threshold 80 active 3 inactive 7",
  "tcp 192.0.2.100:80 to 192.0.2.22:80 dr weight 0 upper-threshold 9 active 5 inactive 0",
  "tcp [2001:db8::100]:80 scheduler sh persistent 360 mask 64 flags sh-fallback,sh-port",
  "tcp [2001:db8::100]:80 to [2001:db8::21]:80 dr weight 3 active 1 inactive 0",
  "udp 192.0.2.100:5060 scheduler rr persistent 60 engine sip",
  "udp 192.0.2.100:53 scheduler rr one-packet",
  "udp 192.0.2.100:53 to 192.0.2.31:53 tun weight 1 --tun-type gue --tun-port 6080 --tun-nocsum active 0 inactive 812",
];

const folder = mkdtempSync(join(tmpdir(), "pulumi-lvs-table-"));
afterAll(() => rmSync(folder, { recursive: true }));
const program = ["host/table.pl", "host/tableVerbs.pl"]
  .map((path) => readFileSync(inCheckout(path), "utf8"))
  .join("");

/** What a verb prints for a kernel that ipvsadm prints like this. */
function table(verb: string, input: readonly string[] = [], kernel = { saved, listed }): string[] {
  writeFileSync(join(folder, "saved"), kernel.saved);
  writeFileSync(join(folder, "listed"), kernel.listed);
  writeFileSync(
    join(folder, "ipvsadm"),
    `#!/bin/sh\ncase "$*" in -Sn) cat ${folder}/saved ;; '-Ln --thresholds') cat ${folder}/listed ;; *) exit 2 ;; esac\n`,
  );
  chmodSync(join(folder, "ipvsadm"), 0o755);
  const printed = execFileSync("perl", ["-e", program, "--", ...verb.split("/")], {
    input: input.map((line) => `${line}\n`).join(""),
    env: { ...process.env, PATH: `${folder}:${process.env.PATH}`, LC_ALL: "C" },
    encoding: "utf8",
    stdio: ["pipe", "pipe", "pipe"],
  });
  return printed.split("\n").filter((line) => line !== "");
}

const nothing = { saved: "", listed: listed.split("\n").slice(0, 3).join("\n") };

describe("the kernel's table", () => {
  it("is told in lines, with thresholds and connections, and without services of a mark", () => {
    expect(table("lines")).toEqual(lines);
  });

  it("is told of one service by its name, whatever it is known by", () => {
    expect(table("lines/mark 7 ipv6")).toEqual([
      "mark 7 ipv6 scheduler mh flags mh-fallback",
      "mark 7 ipv6 to [2001:db8::21]:0 dr weight 1 active 0 inactive 0",
    ]);
    expect(table("lines/tcp 192.0.2.100:8")).toEqual([]);
  });

  it("is empty where nothing is balanced, and where there is no ipvsadm", () => {
    expect(table("lines", [], nothing)).toEqual([]);
    const { stdout, stderr, status } = spawnSync("/usr/bin/perl", ["-e", program, "--", "lines"], {
      env: { PATH: "/nowhere" },
      encoding: "utf8",
    });
    expect({ stdout, stderr, status }).toEqual({ stdout: "", stderr: "", status: 0 });
  });

  it("comes out of an empty one by the rules that ipvsadm has printed", () => {
    const all = [...table("lines"), ...table("lines/mark 7 ipv6"), ...table("lines/mark 1073742357")];
    const withThresholds = saved
      .replace("21:80 -g -w 1\n", "21:80 -g -w 1 -x 100 -y 80\n")
      .replace("-w 0\n", "-w 0 -x 9\n");
    expect(table("hold", all, nothing).sort()).toEqual(withThresholds.trim().split("\n").sort());
  });

  it("refuses what is not a line of it", () => {
    expect(() => table("hold", ["tcp"])).toThrow("not a line of a table: tcp");
    expect(() => table("guess")).toThrow(
      "table: give one of await, compare, edit, hold, leave, leaving, lines",
    );
  });
});

describe("shares of connections", () => {
  it("are all of a service's real servers, or those that are named; clients of UDP count, who are inactive", () => {
    expect(
      table("shares", [
        "tcp 192.0.2.100:80",
        "udp 192.0.2.100:53 to 192.0.2.31:53",
        "udp 192.0.2.9:53 to any",
      ]),
    ).toEqual([
      "tcp 192.0.2.100:80 to 192.0.2.21:80|1|3|tcp 192.0.2.100:80 to 192.0.2.21:80 dr weight 1 upper-threshold 100 lower-threshold 80",
      "tcp 192.0.2.100:80 to 192.0.2.22:80|0|5|tcp 192.0.2.100:80 to 192.0.2.22:80 dr weight 0 upper-threshold 9",
      "udp 192.0.2.100:53 to 192.0.2.31:53|1|812|udp 192.0.2.100:53 to 192.0.2.31:53 tun weight 1 --tun-type gue --tun-port 6080 --tun-nocsum",
    ]);
  });

  it.each([
    ["192.0.2.21", "tcp 192.0.2.100:80", ["tcp 192.0.2.100:80 to 192.0.2.21:80 alone"]],
    ["192.0.2.22", "tcp 192.0.2.100:80", ["tcp 192.0.2.100:80 to 192.0.2.22:80 not alone"]],
    ["192.0.2.2", "tcp 192.0.2.100:80", []],
    ["2001:db8::21", "tcp [2001:db8::100]:80", ["tcp [2001:db8::100]:80 to [2001:db8::21]:80 alone"]],
  ])("are those of %s in a service of ours, and whether it serves alone", (address, key, expected) => {
    const records = table(`serving/${address}`, [`held ${key}`]).map((record) => record.split("|"));
    expect(records.map((fields) => `${fields[0]} ${fields.at(-1) || "not alone"}`)).toEqual(expected);
  });
});

describe("a change of the table", () => {
  it("mutes the VIP while the scheduler of a service changes, in any family; a mark has none", () => {
    const schedulers = [
      "tcp [2001:db8::100]:80 scheduler rr",
      "mark 7 ipv6 scheduler rr",
      "udp 192.0.2.9:53 scheduler rr",
    ];
    expect(table("edit", schedulers)).toEqual([
      "-E -f 7 -6 -s rr",
      "mute 2001:db8::100 -E -t [2001:db8::100]:80 -s rr",
    ]);
  });

  it("quiesces with thresholds and tunnels as they are", () => {
    expect(table("quiesce", ["udp 192.0.2.100:53", "tcp 192.0.2.100:80"])).toEqual([
      "-e -t 192.0.2.100:80 -r 192.0.2.21:80 -g -w 0 -x 100 -y 80",
      "-e -u 192.0.2.100:53 -r 192.0.2.31:53 -i -w 0 --tun-type gue --tun-port 6080 --tun-nocsum",
    ]);
  });

  it("leads a service back to what it was by editing what is there, and takes it out where it was not", () => {
    const before = [
      "tcp 192.0.2.100:80 scheduler rr",
      "tcp 192.0.2.100:80 to 192.0.2.22:80 dr weight 7",
      "tcp 192.0.2.100:80 to 192.0.2.20:80 dr weight 1",
    ];
    expect(table("restore/tcp 192.0.2.100:80", before)).toEqual([
      "-a -t 192.0.2.100:80 -r 192.0.2.20:80 -g -w 1",
      "-e -t 192.0.2.100:80 -r 192.0.2.22:80 -g -w 7",
      "mute 192.0.2.100 -E -t 192.0.2.100:80 -s rr",
      "-d -t 192.0.2.100:80 -r 192.0.2.21:80",
    ]);
    expect(table("restore/tcp 192.0.2.100:80")).toEqual(["-D -t 192.0.2.100:80"]);
    expect(table("restore/tcp 192.0.2.9:80")).toEqual([]);
  });

  it("repairs all but who is missing, and leaves the fallback", () => {
    const plan = [
      "service tcp 192.0.2.100:80|removed|5|192.0.2.22:80|/checks/web",
      "tcp 192.0.2.100:80 scheduler wrr",
      "tcp 192.0.2.100:80 to 192.0.2.21:80 dr weight 4",
      "tcp 192.0.2.100:80 to 192.0.2.23:80 dr weight 1",
    ];
    expect(table("repair", plan)).toEqual(["-e -t 192.0.2.100:80 -r 192.0.2.21:80 -g -w 4"]);
    expect(table("missing", plan)).toEqual([
      "tcp 192.0.2.100:80 to 192.0.2.23:80|tcp 192.0.2.100:80 to 192.0.2.23:80 dr weight 1|/checks/web",
    ]);
  });
});

const numbers = fc.record({ weight: fc.nat(65535), upper: fc.nat(3), lower: fc.nat(3), active: fc.nat(9) });
const kernels = fc.uniqueArray(
  fc.record({
    at: fc.constantFrom("-t 192.0.2.1:80", "-t 192.0.2.1:8080", "-u 192.0.2.1:53", "-f 7"),
    options: fc.constantFrom("-s wrr", "-s dh", "-s sh -b sh-fallback", "-s rr -p 300 -M 255.255.255.0"),
    real: fc.dictionary(fc.constantFrom("192.0.2.21:80", "192.0.2.22:80", "192.0.2.2:80"), numbers, {
      maxKeys: 3,
    }),
  }),
  { selector: ({ at }) => at, maxLength: 4 },
);
const rulesOf = (kernel: typeof kernels extends fc.Arbitrary<infer K> ? K : never) =>
  kernel.flatMap(({ at, options, real }) => [
    `-A ${at} ${options}`,
    ...Object.entries(real).map(([to, { weight, upper, lower, active }]) => {
      const thresholds = `${upper > 0 ? ` -x ${upper}` : ""}${lower > 0 ? ` -y ${lower}` : ""}`;
      return `-a ${at} -r ${to} -g -w ${weight}${thresholds} # ${active} 0`;
    }),
  ]);

describe("any table", () => {
  const all = ["tcp 192.0.2.1:80", "tcp 192.0.2.1:8080", "udp 192.0.2.1:53", "mark 7"];
  const names = all.map((name) => `'${name}'`).join(" ");

  it("is restored from any other one by its lines, and then has nothing left to change", () => {
    fc.assert(
      fc.property(kernels, kernels, (before, after) => {
        const sandbox = new Sandbox('ip() { [ "$2" != del ]; }');
        sandbox.balance(...rulesOf(after));
        sandbox.write("before", rulesOf(before).join("\n"));
        const said = sandbox.bash(`
          told() { table lines ${names} | sed 's/ active .*//'; }
          mv "$folder/table" "$folder/after"; cp "$folder/before" "$folder/table"; lines=$(told)
          mv "$folder/after" "$folder/table"
          change_table "$lines" restore ${names}
          [ "$(told)" = "$lines" ] && table restore ${names} <<<"$lines"`);
        expect(said).toBe("");
        sandbox.remove();
      }),
      { numRuns: 15 },
    );
  });

  it("as a plan tells it is read alike by the program and by the host", () => {
    fc.assert(
      fc.property(arbitrarySettings.map(clusterOf), ({ virtualServices }) => {
        const planned: Table = new Map(
          virtualServices.map((service) => [serviceKey(service), ordered(inTable(service))]),
        );
        const lines = [...planned].flatMap(([key, service]) => serviceLines(key, service));
        expect(parseTable(lines)).toEqual(planned);
        const rules = table("hold", lines, nothing);
        const saved = rules.map((rule) => `${rule.replace(/ -[xy] .*/, "")}\n`).join("");
        const kernel = { saved, listed: listOf(rules) };
        const back = table("lines", [], kernel);
        expect(parseTable(back.map((line) => line.replace(/ active.*/, "")))).toEqual(planned);
        expect(table("compare/exact", lines, kernel)).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });
});

/** With its real servers in the order of their lines. */
function ordered(service: TableService): TableService {
  const byName = [...byEndpoint(service)].sort(([a], [b]) => (`${a} ` < `${b} ` ? -1 : 1));
  return { ...service, destinations: byName.map(([, to]) => to) };
}

/** What `ipvsadm -Ln --thresholds` prints of such rules. */
function listOf(rules: readonly string[]): string {
  return rules
    .map((rule) => {
      const [, verb, flag, at, to] = /^-(\w) -(\w) (\S+)(?: -r (\S+))?/.exec(rule) ?? [];
      if (verb === "A") return `${flag === "u" ? "UDP" : "TCP"}  ${at} any\n`;
      const [upper = "0", lower = "0"] = ["x", "y"].map(
        (option) => new RegExp(` -${option} (\\d+)`).exec(rule)?.[1],
      );
      return `  -> ${to} ${upper} ${lower} 0 0\n`;
    })
    .join("");
}
