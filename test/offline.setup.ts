/** Keeps unit tests off the network: every host that a program reads is as planned, unless a test says how it is. */
import { vi } from "vitest";
import { type HostReading, nothingRead } from "../reading/hostReading.ts";
import type { SshTarget } from "../ssh/target.ts";

vi.mock("../reading/readHost.ts", async (original) => ({
  ...(await original<typeof import("../reading/readHost.ts")>()),
  readHost: vi.fn(async (_target: SshTarget, script: string): Promise<HostReading> => {
    const digest = /^digest=(\w+)$/m.exec(script)?.[1] ?? "";
    return { ...nothingRead, held: { digest, generation: "0" } };
  }),
}));
