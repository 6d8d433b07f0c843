/** A real server that drains, in a table of the test's whose real server is a line "WEIGHT CONNECTIONS" in a file. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Sandbox } from "./sandbox.ts";

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox(`
    table_shares() { for protocol in tcp udp; do echo "$protocol 192.0.2.100:80 192.0.2.21:80 $(<"$folder/share")"; done; }
    quiesce() { echo "quiesced at $(cat "$folder/share")"; read -r _ count <"$folder/share"; echo "0 $count" >"$folder/share"; }
    second=0
    sleep() { second=$((second + 1)); [ ! -e "$folder/second-$second" ] || cp "$folder/second-$second" "$folder/share"; }`);
});
afterEach(() => sandbox.remove());

/** What is said while it drains: at first with this share, then with one a second. */
function drained(seconds: number, choice: string, first: string, ...then: readonly string[]): string[] {
  return drainedOf("tcp", seconds, choice, first, ...then);
}

function drainedOf(
  protocol: string,
  seconds: number,
  choice: string,
  first: string,
  ...then: readonly string[]
): string[] {
  sandbox.write("share", `${first}\n`);
  for (const [index, share] of then.entries()) sandbox.write(`second-${index + 1}`, `${share}\n`);
  const leaving = `leaving=('${protocol} 192.0.2.100:80|192.0.2.21:80|${seconds}|${choice}|')`;
  return sandbox.bash(`${leaving}; drain_all; echo done`).trimEnd().split("\n");
}

describe("a real server that drains", () => {
  it("is drained when no connection is left", () => {
    const said = drained(60, "stop", "1 4", "0 4", "0 2", "0 0");
    expect(said.slice(0, 2)).toEqual(["quiesced at 1 4", "done"]);
    expect(said.at(-1)).toContain("192.0.2.21:80 of tcp 192.0.2.100:80: drained");
  });

  it("is not drained while it has a weight, which is taken from it again", () => {
    const said = drained(60, "stop", "1 0", "3 0", "0 0");
    expect(said.slice(0, 3)).toEqual(["quiesced at 1 0", "quiesced at 3 0", "done"]);
  });

  it("is drained where it has left the table", () => {
    expect(drained(60, "stop", "1 4", "")).toContain("done");
  });

  it.each([
    ["stop", "still has 4 connections after drainSeconds and goes on serving them", false],
    ["proceed", "still has 4 connections after drainSeconds; they end now", true],
  ])("that has had its time is told of, and the choice is %s", (choice, told, isDone) => {
    const said = drained(0, choice, "1 4", "0 4");
    expect(said.join("\n")).toContain(told);
    expect(said.includes("done")).toBe(isDone);
  });

  it("of a UDP service has had its time when its clients may go on elsewhere, which is no warning", () => {
    const said = drainedOf("udp", 2, "proceed", "1 812", "0 640").join("\n");
    expect(said).toContain("drained of all but 640 clients, whose next datagrams go to others");
    expect(said).not.toContain("warning");
  });
});
