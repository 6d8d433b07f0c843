/** What the tests of pure parts need beside this checkout: the tools that run or check the programs of `host/`. */
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { canInstallPackages, installPackages } from "./apt.ts";
import { type Finding, SetupError } from "./rung.ts";

interface TestTool {
  readonly name: string;
  /** Debian package. */
  readonly package: string;
  /** A command that works where the tool is present. */
  readonly probe: readonly [string, ...string[]];
  readonly reason: string;
  /** Units of the package that would let people in: they are kept from being started. */
  readonly units?: readonly string[];
}

const tools: readonly TestTool[] = [
  {
    name: "shellcheck",
    package: "shellcheck",
    probe: ["shellcheck", "--version"],
    reason: "the tests check every shell program with it",
  },
  {
    name: "Perl's TLS",
    package: "libio-socket-ssl-perl",
    probe: ["perl", "-MIO::Socket::SSL", "-e", "1"],
    reason: "the tests run health checks over HTTPS with it",
  },
  {
    name: "sshd",
    package: "openssh-server",
    probe: ["test", "-x", "/usr/sbin/sshd"],
    reason: "the tests of jump hosts start it on the loopback",
    units: ["ssh.service", "ssh.socket"],
  },
];

/** Gets what is missing from the distribution, all at once. Throws a {@link SetupError} where that is not possible. */
export async function provideTestTools(): Promise<void> {
  const presence = await Promise.all(tools.map(isPresent));
  const missing = tools.filter((_, at) => !presence[at]);
  if (missing.length === 0) return;
  if (!(await canInstallPackages())) {
    const names = missing.map(({ name }) => name).join(", ");
    throw new SetupError(
      `The tests need ${names}: install what is missing, or run them as root on Debian or Ubuntu`,
    );
  }
  for (const unit of missing.flatMap(({ units = [] }) => units)) await mask(unit);
  await installPackages(
    missing.map((tool) => tool.package),
    missing.map(({ reason }) => reason).join("; "),
  );
}

/** What the doctor says about them; changes nothing. */
export async function inspectTestTools(): Promise<Finding[]> {
  const filled = (await canInstallPackages())
    ? "would be installed with apt-get"
    : "has to be installed by you";
  return Promise.all(
    tools.map(async (tool) => {
      const present = await isPresent(tool);
      return { what: `${tool.name} (tests)`, present, detail: present ? "installed" : filled };
    }),
  );
}

/** What `systemctl mask` does, also where no systemd runs; `systemctl unmask` takes it back. */
async function mask(unit: string): Promise<void> {
  const directory = "/etc/systemd/system";
  await mkdir(directory, { recursive: true });
  await symlink("/dev/null", join(directory, unit)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
}

async function isPresent({ probe: [command, ...args] }: TestTool): Promise<boolean> {
  return !(await execa(command, args, { reject: false })).failed;
}
