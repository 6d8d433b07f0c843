import { describe, expect, it } from "vitest";
import { invalidCases } from "../config/invalidCases.ts";
import { type Settings, sorted, withChanges } from "../fixtures.ts";
import { make, onHosts, small, withOutputs } from "./asArguments.ts";
import { failuresOf, outcomeOf } from "./recording.ts";

describe("mistakes in a cluster's arguments", () => {
  // A program has no lab.
  const possible = invalidCases.filter(({ title }) => !title.startsWith("lab "));

  it.each(possible)("end a program as they do a stack: $title", async ({ settings, message }) => {
    const asArguments = message.replaceAll("pulumi-lvs:", "edge:").replaceAll(", ssh, lab", ", ssh");
    // The engine sorts the keys of a stack's mappings.
    const given = sorted("lab" in settings ? onHosts(settings as Settings) : settings);
    expect(await failuresOf(() => make(withOutputs(given)))).toEqual([asArguments]);
  });

  it("are all that is said when the program ends: no director is missed that could not be made", async () => {
    expect(await failuresOf(() => make(withChanges(small, { "directors.lb1.priority": 0 })))).toHaveLength(1);
    const said: unknown[] = [];
    const listen = (reason: unknown) => said.push(reason);
    process.on("unhandledRejection", listen);
    process.emit("beforeExit", 0);
    await new Promise(setImmediate);
    process.off("unhandledRejection", listen);
    expect(said).toEqual([]);
  });

  it("are all found before anything is made", async () => {
    const { failures, made } = await outcomeOf(() =>
      make(withChanges(small, { subnet: "192.0.2.1", "directors.lb1.priority": 0 })),
    );
    expect(failures).toEqual([
      "the configuration has 2 mistakes:\n" +
        '  edge:subnet: given "192.0.2.1"; give a network such as 192.0.2.0/24, its host bits zero\n' +
        "  edge:directors.lb1.priority: given 0; give a VRRP priority, a whole number from 1 to 254",
    ]);
    expect(made).toEqual([]);
  });
});
