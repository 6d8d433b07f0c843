/** What becomes of a host that another version has converged, on a folder that stands in for it. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { format } from "../../render/script.ts";
import { Sandbox } from "./sandbox.ts";

const stubs = `
lock=$folder/lock
find_link() { link=; }
preflight() { :; }
plan() { item file "$folder/text" permissions=0644 content=ours notify= check=; }
`;

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox(stubs);
  sandbox.write("text", "theirs");
});
afterEach(() => sandbox.remove());

/** Each in a shell of its own; what they print, errors included, line by line. */
function allActions(prepare: string): string[] {
  const actions = [
    ...[
      "converge",
      "remove",
      "release",
      "withdraw web1",
      "readmit web1",
      "drain",
      "abandon",
      "handover",
      "retire",
    ],
    ...["read", "read lay", "inspect"],
  ];
  const printed = sandbox.bash(
    `${prepare}\nscript=:\n${actions.map((action) => `(main ${action}) || :`).join("\n")}`,
  );
  const lines = printed.trimEnd().split("\n");
  expect(lines).toHaveLength(actions.length);
  return [...new Set(lines)];
}

/** What the sandbox holds, file by file. */
const everything = () =>
  sandbox.bash('cd "$folder" && find . -type f ! -name lock | sort | xargs tail -n +1');

describe("a host that holds nothing", () => {
  it("is held in the format of this version from its first run on", () => {
    expect(sandbox.bash("main converge")).toContain("converged any");
    expect(sandbox.read("state/format")).toBe(`${format}\n`);
  });

  it("has no format after a first run that fails", () => {
    sandbox.bash(
      'plan() { item file "$folder/text/below" permissions=0644 content=ours notify= check=; }; main converge',
    );
    expect(sandbox.read("state/format")).toBeUndefined();
  });
});

describe("a host that a version before formats has converged", () => {
  beforeEach(() => {
    sandbox.bash("main converge");
    sandbox.bash('rm "$state/format"');
  });

  it("is refused, whatever it is asked for, and stays as it is", () => {
    const before = everything();
    expect(allActions("plan() { :; }")).toEqual([
      `web1: an older version of pulumi-lvs has converged this host (it keeps format 0, this version ${format} and knows no way from there); run \`destroy\` with that version, then \`up\` with this one`,
    ]);
    expect(everything()).toBe(before);
  });

  it("is told apart from a host that cannot be read", () => {
    expect(sandbox.bash('code=0; (main read 2>/dev/null) || code=$?; echo "$code"')).toBe("65\n");
  });
});

it("a host that a newer version has converged is refused, whatever it is asked for", () => {
  sandbox.bash("main converge");
  sandbox.write("state/format", "99\n");
  const before = everything();
  expect(allActions("plan() { :; }")).toEqual([
    `web1: a newer version of pulumi-lvs has converged this host (it keeps format 99, this version knows ${format}); use that version`,
  ]);
  expect(everything()).toBe(before);
});

describe("a version that keeps something in another way, and knows the way from the last one", () => {
  const next = `
format=$((format + 1))
upgrade_${format}() { [ ! -e "$state/converged" ] || mv "$state/converged" "$state/last-run"; }
is_held() { [ -e "$state/last-run" ]; }
`;
  beforeEach(() => {
    sandbox.bash("main converge");
  });

  it("upgrades a host before it changes it, once", () => {
    const upgraded = `web1: what is kept here: format ${format} -> ${format + 1}\n`;
    expect(sandbox.bash(`${next} plan() { :; }; main release`)).toBe(
      `web1: file ${sandbox.folder}/text: given back\n`.replace(/^/, upgraded),
    );
    expect(sandbox.read("state/last-run")).toContain("any");
    expect(sandbox.read("state/format")).toBe(`${format + 1}\n`);
    expect(sandbox.bash(`${next} main release`)).toBe("");
  });

  it("finishes an upgrade that was cut off", () => {
    sandbox.bash(`${next} write_format() { exit 1; }; main abandon`);
    expect(sandbox.read("state/format")).toBe(`${format}\n`);
    expect(sandbox.bash(`${next} main abandon`)).toContain("what is kept here");
    expect(sandbox.read("state/last-run")).toContain("any");
  });

  it("reads the host in its own way, and leaves it as it is", () => {
    const before = everything();
    expect(sandbox.bash(`${next} main read`)).toMatch(/^held\t/m);
    expect(everything()).toBe(before);
  });
});
