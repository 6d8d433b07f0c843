/** What extra lines may not say, beside what the program writes, and what is shown of those that are secrets. */
import { describe, expect, it } from "vitest";
import type { Cluster } from "../../model/cluster.ts";
import { globalSections, refusalsOf, type Section, serviceSections } from "../../model/extraLines.ts";
import { describePlan, type FileItem, itemWords } from "../../render/hostPlan.ts";
import { plansOf } from "../../render/plans.ts";
import { digestOf } from "../../render/script.ts";
import { clusterOf, readStack } from "../fixtures.ts";
import { variants } from "./fixtureClusters.ts";

/** Files that have sections for extra lines, as any cluster has them. */
function filesOf(cluster: Cluster): FileItem[] {
  const withoutLines = {
    ...cluster,
    extraLines: { ldirectord: [], keepalived: [], vrrp: [], isSecret: false },
    virtualServices: cluster.virtualServices.map((service) => ({
      ...service,
      extraLines: { ldirectord: [], keepalived: [], isSecret: false },
    })),
  };
  return plansOf(withoutLines)
    .flatMap(({ items }) => items)
    .filter((item) => item.kind === "file");
}

const texts = variants.flatMap(({ cluster }) => filesOf(cluster));
const textsAt = (path: string) => texts.filter((file) => file.path === path).map(({ content }) => content);
const checks = textsAt("/etc/keepalived/pulumi-lvs-checks.conf").join("");

/** The directives that stand directly in such blocks. */
const directivesIn = (text: string, block: RegExp): string[] =>
  [...text.matchAll(block)].flatMap(([whole]) =>
    [...whole.matchAll(/^ {4}([a-z][\w-]*)/gm)].map(([, word = ""]) => word),
  );

const written: readonly [of: string, Section, words: readonly string[]][] = [
  [
    "ldirectord",
    globalSections.ldirectord,
    [
      ...textsAt("/etc/ha.d/ldirectord.cf")
        .join("")
        .matchAll(/^[a-z]+/gm),
    ].map(([word]) => word),
  ],
  [
    "a service of ldirectord",
    serviceSections.ldirectord,
    directivesIn(textsAt("/etc/ha.d/ldirectord.cf").join("\n"), /^virtual = .*(\n .*)*/gm),
  ],
  ["keepalived", globalSections.keepalived, directivesIn(checks, /^global_defs \{(\n .*)*/gm)],
  [
    "a service of keepalived",
    serviceSections.keepalived,
    directivesIn(checks, /^virtual_server .*(\n .*)*/gm),
  ],
  [
    "the keepalived by which directors share VIPs",
    globalSections.vrrp,
    directivesIn(textsAt("/etc/keepalived/keepalived.conf").join(""), /^global_defs \{(\n .*)*/gm),
  ],
];

it.each(written)("what the program tells %s is refused as an extra line", (_, section, words) => {
  const distinct = [...new Set(words)];
  expect(distinct.length).toBeGreaterThan(2);
  expect(distinct.filter((word) => refusalsOf(section, [`${word} = any`]).length === 0)).toEqual([]);
});

describe("a file with a secret", () => {
  /** The files of lb1, and the digest of its plan. */
  const planned = (password: string, isSecret = true) => {
    const cluster = clusterOf(readStack("test/render/fixtures/keepalived-pair.yaml"));
    const extraLines = { ldirectord: [], keepalived: ["snmp_socket {", password, "}"], vrrp: [], isSecret };
    const plan = plansOf({ ...cluster, extraLines }).find(({ host }) => host === "lb1");
    if (!plan) throw new Error("there is no plan");
    return { plan, digest: digestOf(plan), shown: JSON.stringify(describePlan(plan)) };
  };
  const checksFile = (isSecret: boolean) =>
    planned("hunter2", isSecret).plan.items.find(
      (item) => item.kind === "file" && item.notify === "pulumi-lvs-checks.service",
    );

  it("is for root alone, and one without is not", () => {
    const permissions = (isSecret: boolean) => {
      const file = checksFile(isSecret);
      return file && itemWords(file).find((word) => word.startsWith("permissions="));
    };
    expect(permissions(true)).toBe("permissions=0600");
    expect(permissions(false)).toBe("permissions=0644");
  });

  it("is shown without it, and with all else", () => {
    const { shown } = planned("hunter2");
    expect(shown).toContain("    smtp_alert off\\n    [secret]\\n    [secret]\\n    }\\n}\\n\\ntrack_file");
    expect(shown).not.toContain("hunter2");
    expect(planned("hunter2", false).shown).toContain("    snmp_socket {\\n    hunter2\\n    }");
  });

  it("has no digest that could be tried against what the secret may be", () => {
    expect(planned("hunter2").digest).toBe(planned("other").digest);
    expect(planned("hunter2", false).digest).not.toBe(planned("other", false).digest);
  });
});
