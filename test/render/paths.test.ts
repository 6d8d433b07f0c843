import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { hostPaths } from "../../render/paths.ts";
import { launcher, shellLibrary } from "../../render/shellLibrary.ts";
import { inCheckout } from "../fixtures.ts";

const ours = /\/(?:run|var\/lib|usr\/local\/lib)\/pulumi-lvs[\w.-]*/g;
const listed: readonly string[] = Object.values(hostPaths);

function textsBelow(folder: string): [path: string, text: string][] {
  return readdirSync(inCheckout(folder), { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map(({ parentPath, name }) => [name, readFileSync(`${parentPath}/${name}`, "utf8")]);
}

function pathsIn(text: string): string[] {
  const code = text.split("\n").filter((line) => !/^\s*(#|\/\*\*|\*|\/\/)/.test(line));
  return code.flatMap((line) => line.match(ours) ?? []);
}

describe("paths of ours on a host", () => {
  it("are those of one list, whoever names them", () => {
    const named = textsBelow("host").flatMap(([, text]) => pathsIn(text));
    expect([...new Set(named)].filter((path) => !listed.includes(path))).toEqual([]);
    expect(named.length).toBeGreaterThan(10);
  });

  it("are written in no other file of render/", () => {
    const elsewhere = textsBelow("render").filter(([name]) => name !== "paths.ts");
    expect(elsewhere.flatMap(([name, text]) => pathsIn(text).map((path) => [name, path]))).toEqual([]);
  });

  it.each(Object.entries({ "a host's script": shellLibrary, "its launcher": launcher }))(
    "are written once in %s",
    (_, text) => {
      const named = pathsIn(text);
      expect(named.filter((path, at) => named.indexOf(path) !== at)).toEqual([]);
    },
  );
});
