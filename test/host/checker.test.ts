/** The checker that runs beside keepalived, for real (checkerFolder.ts). */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import {
  balance,
  checker,
  eventually,
  folder,
  http,
  isReady,
  know,
  log,
  result,
  run,
  silent,
  tell,
  verb,
  web,
  write,
} from "./checkerFolder.ts";

describe("the checker", () => {
  it("keeps a file for each real server, 0 where it is up and 1 where it is down, and logs each change once", async () => {
    let status = 200;
    let asked = 0;
    const port = await http((_, response) => response.writeHead(status, void asked++).end());
    tell({ web: port });
    run();
    await eventually(result).toBe("0\n");
    status = 500;
    await eventually(result).toBe("1\n");
    const failing = asked;
    await eventually(() => asked > failing + 1).toBe(true);
    status = 200;
    await eventually(result).toBe("0\n");
    await eventually(() => log).toBe(`${web(port)}: 500 Internal Server Error\n${web(port)}: up again\n`);
  });

  it("takes one for down after as many failures in a row as configured, and for up at once", async () => {
    const statuses = [200, 500, 500, 200, 500, 500, 500];
    const seen: unknown[] = [];
    const port = await http((_, response) => {
      seen.push(result());
      response.writeHead(statuses.shift() ?? 200).end();
    });
    tell({ web: port }, { failures: 3 });
    run();
    await eventually(() => seen.length).toBeGreaterThan(8);
    expect(seen.slice(0, 9)).toEqual(["1\n", ...Array(6).fill("0\n"), "1\n", "0\n"]);
  });

  it("waits for nobody: one that says nothing holds up no other, not even the first time", async () => {
    const silence = await silent();
    const port = await http((_, response) => response.end());
    tell({ ...Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`dead${at}`, silence])), web: port });
    run();
    await eventually(() => result(120)).toBe("0\n");
    expect(log).toBe("");
    await eventually(() => log.match(/no answer within 2 s/g)?.length).toBe(40);
  });

  it("has one that was never asked for down until it answers, and is ready at once", async () => {
    tell({ web: await silent() });
    run();
    await eventually(isReady).toBe(true);
    expect(result()).toBe("1\n");
  });

  it("says nothing of one that gets connections already until it has asked, and is ready only then", async () => {
    balance("-A -t 198.18.7.100:80 -s wrr", "-a -t 198.18.7.100:80 -r 198.18.7.21:80 -g -w 1");
    const port = await http((_, response) => setTimeout(() => response.end(), 1500));
    tell({ web: port }, { timeoutSeconds: 30 });
    run();
    await vi.waitUntil(() => existsSync(join(folder, "results")));
    await new Promise((later) => setTimeout(later, 300));
    expect([result(), isReady()]).toEqual([undefined, false]);
    await eventually(isReady).toBe(true);
    expect(result()).toBe("0\n");
  });

  it("takes one that gets connections already out for no single failure either, where more are asked for", async () => {
    balance("-A -t 198.18.7.100:80 -s wrr", "-a -t 198.18.7.100:80 -r 198.18.7.21:80 -g -w 1");
    const statuses = [500, 500];
    const port = await http((_, response) => response.writeHead(statuses.shift() ?? 200).end());
    tell({ web: port }, { failures: 3 });
    run();
    await eventually(() => log).toContain("500 Internal Server Error");
    expect([result(), isReady()]).toEqual([undefined, false]);
    await eventually(isReady).toBe(true);
    expect(result()).toBe("0\n");
  });

  it("takes out one that is down and that keepalived has missed, in its own service alone", async () => {
    const line = (weight: number) => `  -> C6120715:0050      Route   ${weight}      0          0         \n`;
    const kernel = (weight: number) =>
      `TCP  C6120764:0050 wrr  \n${line(weight)}TCP  C6120765:0050 wrr  \n${line(1)}FWM  46120715 rr \n${line(1)}`;
    const changes = () =>
      existsSync(join(folder, "changes")) ? readFileSync(join(folder, "changes"), "utf8") : "";
    writeFileSync(join(folder, "ip_vs"), kernel(0));
    tell({ web: await http((_, response) => response.writeHead(500).end()) });
    run();
    await new Promise((later) => setTimeout(later, 3000));
    expect(changes()).toBe("");
    writeFileSync(join(folder, "ip_vs"), kernel(1));
    await eventually(changes).toBe("-d -t 198.18.7.100:80 -r 198.18.7.21:80\n");
    await eventually(() => log).toContain(
      "web: 198.18.7.21:80 is down, and keepalived has missed it: taken out\n",
    );
  });

  it("spreads the checks of what it knows over their interval, and does not ask all at once", async () => {
    const asked: number[] = [];
    const port = await http((_, response) => response.end(void asked.push(performance.now())));
    const names = Array.from({ length: 60 }, (_, at) => `web${at}`);
    tell(Object.fromEntries(names.map((name) => [name, port])), { intervalSeconds: 4 });
    for (const at of names.keys()) know("0", 80 + at);
    run();
    await eventually(() => asked.length).toBeGreaterThanOrEqual(names.length);
    const [first = 0, last = 0] = [asked[0], asked[names.length - 1]];
    expect(last - first).toBeGreaterThan(1000);
  });

  it("starts anew at a reload, with what it has found before and what it is told now", async () => {
    const asked: unknown[] = [];
    const port = await http(({ url }, response) => {
      asked.push(url);
      response.writeHead(url === "/new" ? 200 : 404).end();
    });
    tell({ web: port }, { path: "/old" });
    run();
    await eventually(() => log).toContain("404 Not Found");
    tell({ web: port, more: await silent() }, { path: "/new" });
    expect((await verb("reload", String(checker?.pid))).all).toBe("");
    expect(result(81)).toBe("1\n");
    await eventually(result).toBe("0\n");
    expect((await verb("reload", String(checker?.pid))).all).toBe("");
    expect(asked).toContain("/new");
    await eventually(() => log).toBe(`${web(port)}: 404 Not Found\n${web(port)}: up again\n`);
    expect(checker?.exitCode).toBeNull();
  });

  it("says where it has ended before it was ready", async () => {
    write("no Perl (");
    run();
    await vi.waitUntil(() => checker?.exitCode !== null);
    expect((await verb("reload", String(checker?.pid))).exitCode).not.toBe(0);
  });
});

describe("the rules of a table that is there before keepalived starts", () => {
  const rule = (port: number, weight: number) => [
    `-A -t 198.18.7.100:${port} -s wrr`,
    `-a -t 198.18.7.100:${port} -r 198.18.7.21:${port} -g -w ${weight}`,
  ];

  it("are set as the results have it, those that are there", async () => {
    balance(...rule(80, 1), ...rule(81, 1), ...rule(83, 1));
    tell({ up: 1, down: 1, absent: 1, unknown: 1 });
    know("0");
    know("1", 81);
    know("0", 82);
    expect((await verb("prepare")).all).toBe("");
    expect(readFileSync(join(folder, "changes"), "utf8").split("\n")).toEqual([
      "-e -t 198.18.7.100:80 -r 198.18.7.21:80 -g -w 3 -x 0 -y 0",
      "-d -t 198.18.7.100:81 -r 198.18.7.21:81",
      "",
    ]);
  });

  it("are left alone where there are none", async () => {
    tell({ web: 1 });
    know("0");
    expect((await verb("prepare")).all).toBe("");
    expect(existsSync(join(folder, "changes"))).toBe(false);
  });
});

describe("a real server that is asked once", () => {
  it("is up, or why not is told", async () => {
    const port = await http(({ url }, response) => response.writeHead(url === "/" ? 200 : 503).end());
    tell({ web: port }, { path: "/" });
    expect(await verb("once", "web", "198.18.7.21:80")).toMatchObject({ exitCode: 0, all: "" });
    tell({ web: port }, { path: "/other" });
    const { exitCode, all } = await verb("once", "web", "198.18.7.21:80");
    expect([exitCode === 0, all]).toEqual([false, "503 Service Unavailable"]);
    expect((await verb("once", "mail", "198.18.7.21:80")).all).toBe("no service mail");
  });
});

describe("what the checker is to be told", () => {
  it("is accepted", async () => {
    tell({ web: 80, "it-s": 81 }, { path: "/it's", expect: "it's (ok|\\\\)", virtualHost: "a.example" });
    expect(await verb("test", join(folder, "services"))).toMatchObject({ exitCode: 0, all: "" });
  });

  it.each([
    ["does not compile", () => write("{ type => 'http' "), /syntax error|Missing right curly/],
    ["has a pattern that is none", () => tell({ web: 80 }, { expect: "(" }), /Unmatched \( in regex/],
    ["asks in a way that there is not", () => write("{ type => 'gopher' },"), /no way to check "gopher"/],
  ])("is refused when it %s", async (_, prepare, reason) => {
    prepare();
    const { exitCode, all } = await verb("test", join(folder, "services"));
    expect(exitCode).not.toBe(0);
    expect(all).toMatch(reason);
  });
});
