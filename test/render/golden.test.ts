import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { entry } from "../../model/cluster.ts";
import type { HostPlan, Item } from "../../render/hostPlan.ts";
import { describePlan, itemWords } from "../../render/hostPlan.ts";
import { plansOf } from "../../render/plans.ts";
import { renderScript } from "../../render/script.ts";
import {
  checkerProgram,
  checkProgram,
  hearProgram,
  shellLibrary,
  vipProgram,
  vrrpProgram,
} from "../../render/shellLibrary.ts";
import { inCheckout } from "../fixtures.ts";
import { fixtures } from "./fixtureClusters.ts";
import { expectGolden, type Tree } from "./goldenTree.ts";

const golden = inCheckout("test/render/golden");

/** Files that are kept elsewhere already. */
const programs = new Map([
  [vipProgram, "host/vip.sh"],
  [checkProgram, "host/check.pl"],
  [checkerProgram, "host/checker.pl"],
  [hearProgram, "host/hear.pl"],
  [vrrpProgram, "host/vrrp.sh"],
]);

it("the script of a host is what is kept, around the shell of host/", () => {
  const clusters = Object.fromEntries(fixtures.map(({ name, cluster }) => [name, cluster]));
  const plan = plansOf(entry(clusters, "dev")).find(({ host }) => host === "lb1");
  if (!plan) throw new Error("the dev cluster has no lb1");
  const items = plan.items
    .filter((item) => item.kind !== "file")
    .map((item) => (item.kind === "clash" ? { ...item, program: "…" } : item));
  const script = renderScript({ ...plan, items });
  const [head = "", tail = "", ...more] = script.replace(/^digest=.*$/m, "digest=…").split(shellLibrary);
  expect(more).toEqual([]);
  expectGolden(`${golden}/script`, { "lb1.sh": `${head}# … the shell of host/ stands here …\n${tail}` });
});

describe("the plans of a cluster", () => {
  it.each(fixtures)(
    "are what is kept for $name: every file of every host, and all else in order",
    ({ name, cluster }) => {
      const trees = plansOf(cluster).map((plan) => below(plan.host, treeOf(plan)));
      expectGolden(`${golden}/${name}`, Object.assign({}, ...trees));
    },
  );

  it("are kept for these fixtures alone", () => {
    expect(readdirSync(golden).sort()).toEqual([...fixtures.map(({ name }) => name), "script"].sort());
  });

  it.each(fixtures)("name each item of $name once on its host", ({ cluster }) => {
    for (const plan of plansOf(cluster)) {
      const ids = plan.items.map((item) => itemWords(item).slice(0, 2).join(" "));
      expect(new Set(ids).size).toBe(ids.length);
      expect(Object.keys(describePlan(plan))).toEqual(
        ids.filter((id) => !/^(record|drain|scheduler) /.test(id)),
      );
    }
  });
});

function treeOf(plan: HostPlan): Tree {
  const files = plan.items
    .filter((item) => item.kind === "file")
    .filter(({ content }) => !programs.has(content));
  return {
    "plan.txt": plan.items.map(line).join(""),
    ...Object.fromEntries(files.map((file) => [file.path.slice(1), file.content])),
  };
}

/** An item as its words, those of several lines indented; the content of a file is kept as a file, or is one of ours. */
function line(item: Item): string {
  const elsewhere = item.kind === "file" && !programs.has(item.content);
  return `${itemWords(elsewhere ? { ...item, content: "…" } : item)
    .map(withPrograms)
    .join(" | ")
    .replaceAll("\n", "\n    ")}\n`;
}

function withPrograms(word: string): string {
  const [field, value = ""] = word.split(/=(.*)/s);
  const program = programs.get(value);
  return program ? `${field}=${program}` : word;
}

function below(folder: string, tree: Tree): Tree {
  return Object.fromEntries(Object.entries(tree).map(([path, text]) => [`${folder}/${path}`, text]));
}
