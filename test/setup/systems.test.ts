import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { mirrorOf } from "../../setup/bootstrap.ts";
import { systems } from "../../setup/systems.ts";
import { inCheckout } from "../fixtures.ts";

const textOf = (path: string) => readFileSync(inCheckout(path), "utf8");

it("the lab has every system that a host may have, and no other", () => {
  const [, accepted = ""] = /case "\$ID \$VERSION_ID" in\s+(.+)\) ;;/.exec(textOf("host/run.sh")) ?? [];
  expect(Object.keys(systems).map((name) => `'${name.toLowerCase()}'`)).toEqual(accepted.split(" | "));
});

describe("where a distribution is had from", () => {
  const { distribution: debian } = systems["Debian 13"];
  const { distribution: ubuntu } = systems["Ubuntu 24.04"];
  let folder: string;

  /** apt on a machine that has a mirror of Debian and of nothing else. */
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-lvs-systems-"));
    const apt = join(folder, "apt-get");
    writeFileSync(apt, "#!/bin/sh\nprintf '%s\\t%s\\t%s\\n' Debian Debian http://192.0.2.1/debian/\n");
    chmodSync(apt, 0o755);
    vi.stubEnv("PATH", `${folder}:/usr/bin:/bin`);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  it("is the machine's own mirror", async () => {
    expect(await mirrorOf(debian)).toEqual({ archive: "http://192.0.2.1/debian/" });
  });

  it("is Ubuntu's public archive where the machine has none of Ubuntu", async () => {
    expect(await mirrorOf(ubuntu)).toEqual({ archive: "http://archive.ubuntu.com/ubuntu" });
  });

  it.each([
    ["PULUMI_LVS_DEBIAN_MIRROR", debian],
    ["PULUMI_LVS_UBUNTU_MIRROR", ubuntu],
  ])("is what %s names", async (variable, distribution) => {
    vi.stubEnv(variable, "http://192.0.2.2/mirror");
    expect(await mirrorOf(distribution)).toEqual({ archive: "http://192.0.2.2/mirror" });
  });
});
