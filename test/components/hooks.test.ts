import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, it, vi } from "vitest";
import { around } from "../../components/hooks.ts";
import { parseTable } from "../../model/table.ts";
import type { HostReading } from "../../reading/hostReading.ts";
import { readHost } from "../../reading/readHost.ts";
import { digestIn } from "../../render/script.ts";
import type { Step, Timeline } from "../../rollout/timeline.ts";
import { nothingRead } from "../reading/nothingRead.ts";
import { runningHost } from "../rollout/hosts.ts";
import { makeCluster } from "./cluster.ts";
import { record } from "./recording.ts";

describe("a timeline", () => {
  const subject = { host: runningHost("web1") };
  const done: string[] = [];
  const step = (name: string, isDue = true): Step<typeof subject> => ({
    name,
    when: async () => isDue,
    run: async ({ host }) => done.push(`${name} ${host.name}`),
  });
  const hooksOf = async (of: typeof subject) => {
    let hooks: ReturnType<typeof around> | undefined;
    await record(() => {
      hooks = around({} as pulumi.Resource, timeline, of);
    });
    done.length = 0;
    return hooks;
  };
  const timeline: Timeline<typeof subject> = {
    involved: async () => [],
    before: [step("leave"), step("wait", false)],
    after: [step("return")],
    failed: [step("stay")],
  };

  it("is done by the engine's hooks, one for each step", async () => {
    const hooks = await hooksOf(subject);
    const {
      beforeCreate,
      beforeUpdate = [],
      afterCreate,
      afterUpdate = [],
      onError = [],
      ...others
    } = hooks ?? {};
    expect(others).toEqual({});
    expect(beforeCreate).toHaveLength(2);
    expect(afterCreate).toEqual(afterUpdate);
    const all = [...beforeUpdate, ...afterUpdate, ...onError];
    expect(all.map(({ name }) => name)).toEqual(["web1-leave", "web1-wait", "web1-return", "web1-stay"]);
    const answers = [];
    for (const { callback } of all)
      answers.push(await callback({ ...command, failedOperation: "update", errors: [] }));
    expect(done).toEqual(["leave web1", "return web1", "stay web1"]);
    // False: what has failed is not tried again.
    expect(answers).toEqual([undefined, undefined, undefined, false]);
  });

  it.each([
    ["begins before a host is made that is held, though the state does not know of it", {}, ["leave web1"]],
    ["begins with its making where it is new", { held: undefined }, []],
  ])("%s", async (_, found, expected) => {
    const hooks = await hooksOf({ host: runningHost("web1", { found }) });
    for (const { callback } of hooks?.beforeCreate ?? []) await callback({ ...command, id: "" });
    expect(done).toEqual(expected);
  });
});

const command = { urn: "urn", id: "id", name: "web1", type: "command:remote:Command" };

const asPlanned = vi.mocked(readHost).getMockImplementation() as typeof readHost;
afterEach(() => {
  vi.mocked(readHost).mockImplementation(asPlanned);
  vi.restoreAllMocks();
});

/** Who says what in a program whose hosts are as planned, but for these, by address. */
async function said(
  found: Readonly<Record<string, Partial<HostReading>>>,
  preview: boolean,
): Promise<[string, string | undefined][]> {
  vi.mocked(readHost).mockImplementation(async ({ host }, script) => {
    return { ...nothingRead, held: { digest: digestIn(script), generation: "g.0" }, ...found[host] };
  });
  const info = vi.spyOn(pulumi.log, "info").mockResolvedValue();
  await record(() => makeCluster(), { preview });
  return info.mock.calls.map(([text, resource]) => [text, resource?.constructor.name]);
}

describe("what happens around a change", () => {
  const table = parseTable(
    ["21", "22"].map((last) => `tcp 192.0.2.100:80 to 192.0.2.${last}:80 dr weight 1`),
  );
  const stopped = { item: "unit apache2.service", planned: "active", found: "inactive" };
  const leftover = { item: "vip 192.0.2.101", planned: "given back", found: "still held" };

  it("is told at preview, beside the host that is changed", async () => {
    const found = {
      "192.0.2.11": { table, held: { digest: "of another plan", generation: "g.0" } },
      "192.0.2.21": { differences: [stopped, leftover] },
    };
    expect(await said(found, true)).toEqual(
      expect.arrayContaining([
        ["web1: drained on lb1, changed, back in service once its health check passes", "RealServer"],
        ["lb1: changed, what is no longer planned given back by web1", "Director"],
      ]),
    );
  });

  it.each([
    ["where nothing changes", {}, true],
    [
      "in an update, which does it",
      { "192.0.2.11": { table }, "192.0.2.21": { differences: [stopped] } },
      false,
    ],
  ])("is not told %s", async (_, found, preview) => {
    expect(await said(found, preview)).toEqual([]);
  });
});
