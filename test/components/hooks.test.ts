import { describe, expect, it } from "vitest";
import { around } from "../../components/hooks.ts";
import type { Step, Timeline } from "../../rollout/timeline.ts";
import { runningHost } from "../rollout/hosts.ts";
import { record } from "./recording.ts";

describe("a timeline", () => {
  const subject = { host: runningHost("web1") };
  const done: string[] = [];
  const step = (name: string, isDue = true): Step<typeof subject> => ({
    name,
    when: async () => isDue,
    run: async ({ host }) => done.push(`${name} ${host.name}`),
  });
  const timeline: Timeline<typeof subject> = {
    involved: async () => [],
    before: [step("leave"), step("wait", false)],
    after: [step("return")],
    failed: [step("stay")],
  };

  it("is done by the engine's hooks, one for each step", async () => {
    let hooks: ReturnType<typeof around> | undefined;
    await record(() => {
      hooks = around(timeline, subject);
    });
    const { beforeUpdate = [], afterCreate, afterUpdate = [], onError = [], ...others } = hooks ?? {};
    expect(others).toEqual({});
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
});

const command = { urn: "urn", id: "id", name: "web1", type: "command:remote:Command" };
