import { describe, expect, it } from "vitest";
import { changes } from "../../../bench/loss/changes.ts";
import { configSchema } from "../../../config/schema.ts";

const states = changes.flatMap(({ name, before, ours }) => [
  [`before: ${name}`, before] as const,
  ...("ups" in ours ? ours.ups.map((settings) => [name, settings] as const) : []),
]);

describe("the changes that are measured", () => {
  it.each(states)("lead through settings that a user may write: %s", (_, settings) => {
    expect(configSchema.safeParse(settings).error?.issues ?? []).toEqual([]);
  });

  it("each change something, but the one that brings up what is there", () => {
    const without = changes.filter(
      ({ before, ours }) => "ups" in ours && ours.ups.every((settings) => settings === before),
    );
    expect(without.map(({ name }) => name)).toEqual(["bring up twice"]);
  });
});
