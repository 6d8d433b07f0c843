/** Keeps unit tests off the network: every host that a program reads is as planned, unless a test says how it is. */
import { vi } from "vitest";
import type { HostReading } from "../reading/hostReading.ts";
import { digestIn } from "../render/script.ts";
import type { SshTarget } from "../ssh/target.ts";
import { nothingRead } from "./reading/nothingRead.ts";

vi.mock("../reading/readHost.ts", async (original) => ({
  ...(await original<typeof import("../reading/readHost.ts")>()),
  readHost: vi.fn(async (_target: SshTarget, script: string): Promise<HostReading> => {
    return { ...nothingRead, held: { digest: digestIn(script), generation: "0" } };
  }),
}));
