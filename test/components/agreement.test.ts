/** What becomes of a program whose directors are not one cluster. */
import * as pulumi from "@pulumi/pulumi";
import { afterEach, expect, it, vi } from "vitest";
import { agreement } from "../../components/agreement.ts";
import type { HostReading } from "../../reading/hostReading.ts";
import type { RunningHost } from "../../rollout/runningHost.ts";
import { runningHost } from "../rollout/hosts.ts";
import { record } from "./recording.ts";

const lost = { vips: [{ address: "192.0.2.100", held: false, answeredBy: [] }] };
const message = expect.stringContaining(
  "the directors are not one cluster:\n  VIP 192.0.2.100: held by nobody",
);

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** How a program ends whose only director was found like this, and is so for long. */
async function endOf(
  found: Partial<HostReading> | Error,
  { preview, urn = Promise.resolve("urn") }: { preview: boolean; urn?: Promise<string> },
) {
  vi.useFakeTimers({ toFake: ["Date"] });
  const lb1 = runningHost("lb1", { found });
  const look = () => {
    vi.setSystemTime(Date.now() + 60_000);
    return lb1.look();
  };
  const host: RunningHost = { ...lb1, look };
  const resource = { urn: pulumi.output(urn) } as pulumi.Resource;
  const members = [{ host, realServers: [], command: () => resource }];
  const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
  let error: unknown;
  const program = () =>
    agreement(resource, Promise.resolve(members)).catch((reason) => {
      error = reason;
    });
  await record(program, { preview });
  return { error, warnings: warn.mock.calls.map(([text]) => text) };
}

it("is an error for people once all hosts are changed", async () => {
  const { error, warnings } = await endOf(lost, { preview: false });
  expect(pulumi.RunError.isInstance(error) && error.message).toEqual(message);
  expect(warnings).toEqual([]);
});

it("is a warning at preview", async () => {
  expect(await endOf(lost, { preview: true })).toEqual({ error: undefined, warnings: [message] });
});

it.each([true, false])("is nothing where they are one, at preview: %s", async (preview) => {
  expect(await endOf({}, { preview })).toEqual({ error: undefined, warnings: [] });
});

it("is not asked where one is not changed as planned, whose command never comes", async () => {
  const refused = new Error("lb1: refused");
  const never = new Promise<string>(() => undefined);
  const { error } = await endOf(refused, { preview: false, urn: never });
  expect(error).toBe(refused);
});
