import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { inspectBaseImage, provideBaseImage } from "../../setup/baseImage.ts";
import { inspectDocker, provideDocker } from "../../setup/docker.ts";

let folder: string;
let engine: Server | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pulumi-lvs-docker-"));
  vi.stubEnv("DOCKER_HOST", `unix://${join(folder, "docker.sock")}`);
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
});
afterEach(async () => {
  await new Promise((closed) => (engine ? engine.close(closed) : closed(undefined)));
  engine = undefined;
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** An engine of version 99.1 that has the base image. */
async function startEngine(): Promise<void> {
  engine = createServer((request, response) => {
    const answer = request.url === "/version" ? { Version: "99.1" } : { Id: "sha256:1111" };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
  await new Promise<void>((listening) => engine?.listen(join(folder, "docker.sock"), listening));
}

const shown = () =>
  vi
    .mocked(process.stderr.write)
    .mock.calls.map(([text]) => text)
    .join("");

it("uses the engine and the image that are there", async () => {
  await startEngine();
  await provideDocker();
  await provideBaseImage();
  expect(shown()).toContain(`Docker 99.1 at ${process.env.DOCKER_HOST}`);
  expect(shown()).toContain("Image debian:bookworm-slim");
});

it("tells the doctor about the engine and the image that are there", async () => {
  await startEngine();
  expect([...(await inspectDocker()), ...(await inspectBaseImage())]).toEqual([
    { what: "Docker engine", present: true, detail: `99.1 at ${process.env.DOCKER_HOST}` },
    { what: "Base image debian:bookworm-slim", present: true, detail: "in the Docker engine" },
  ]);
});

it("installs no engine where DOCKER_HOST names one that does not answer, and says so", async () => {
  const message = `No Docker engine answers at DOCKER_HOST=${process.env.DOCKER_HOST} (ENOENT). Start it, or unset DOCKER_HOST.`;
  await expect(provideDocker()).rejects.toThrow(message);
  expect(await inspectDocker()).toEqual([{ what: "Docker engine", present: false, detail: message }]);
});

it("tells the doctor how the image would be got once an engine answers", async () => {
  const [finding] = await inspectBaseImage();
  expect(finding?.present).toBe(false);
  expect(finding?.detail).toMatch(
    /^when a Docker engine answers, it would be pulled; where no registry is in reach, /,
  );
});
