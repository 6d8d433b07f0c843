import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { configuredFetching, configuredMirror, installPackages } from "../../setup/apt.ts";
import { SetupError } from "../../setup/rung.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pulumi-lvs-apt-"));
  mkdirSync(join(folder, "bin"));
  vi.stubEnv("PATH", `${join(folder, "bin")}:/usr/bin:/bin`);
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  command("dpkg", "exit 0");
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Puts a command on PATH that writes down its arguments and then does `body`. */
function command(name: string, body: string): void {
  const path = join(folder, "bin", name);
  writeFileSync(path, `#!/bin/sh\necho "${name} $*" >>"${folder}/calls"\n${body}\n`);
  chmodSync(path, 0o755);
}

const calls = () => readFileSync(join(folder, "calls"), "utf8");

describe("installing packages", () => {
  it("finishes what an interrupted run left, and asks for nothing but the packages", async () => {
    command("apt-get", "exit 0");
    await installPackages(["docker.io", "iptables"], "the lab runs in containers");
    const [update, configure, install] = calls().trimEnd().split("\n");
    expect(update).toMatch(/^apt-get .* update$/);
    expect(configure).toBe("dpkg --configure -a");
    expect(install).toMatch(/ install --yes --no-install-recommends docker.io iptables$/);
  });

  it("goes on when lists cannot be fetched, as another mirror may be the one that is down", async () => {
    command("apt-get", 'case "$*" in *update) echo "E: The repository is not signed."; exit 100;; esac');
    await expect(installPackages(["docker.io"], "the lab needs it")).resolves.toBeUndefined();
  });

  it("fails with one message that holds apt's own errors, the reason and what to do", async () => {
    command("apt-get", 'echo "Get:1 something"; echo "E: Failed to fetch a package" >&2; exit 100');
    const failure = await installPackages(["docker.io"], "the lab runs in containers").catch(
      (error) => error,
    );
    expect(failure).toBeInstanceOf(SetupError);
    expect(failure.message).toBe(
      [
        "apt-get could not install docker.io, needed because the lab runs in containers:",
        "  E: Failed to fetch a package",
        "Check the package mirror in /etc/apt and the network, then run this again.",
      ].join("\n"),
    );
  });
});

describe("the machine's own mirror of a distribution", () => {
  it("is read from apt, other archives left aside", async () => {
    command(
      "apt-get",
      `printf '%s\\t%s\\t%s\\n' Somebody Packages http://192.0.2.1/other/ Debian Debian http://192.0.2.1/debian/ \\
        Debian Debian-Security http://192.0.2.1/security/`,
    );
    expect(await configuredMirror("Debian")).toEqual({
      archive: "http://192.0.2.1/debian/",
      security: "http://192.0.2.1/security/",
    });
  });

  it("does not exist on a machine that has none, such as Ubuntu", async () => {
    command("apt-get", "printf '%s\\t%s\\t%s\\n' Ubuntu Ubuntu http://192.0.2.1/ubuntu/");
    expect(await configuredMirror("Debian")).toBeUndefined();
    expect(await configuredMirror("Ubuntu")).toEqual({ archive: "http://192.0.2.1/ubuntu/" });
  });

  it("comes with the machine's way of fetching, and with nothing else of its configuration", async () => {
    command(
      "apt-config",
      `cat <<'CONFIG'
APT::Architecture "amd64";
Acquire::http::Proxy "http://192.0.2.1:3142";
Acquire::Check-Valid-Until "false";
Acquire::cdrom::mount "/media/cdrom/";
CONFIG`,
    );
    expect(await configuredFetching()).toBe(
      'Acquire::http::Proxy "http://192.0.2.1:3142";\nAcquire::Check-Valid-Until "false";\n',
    );
  });
});
