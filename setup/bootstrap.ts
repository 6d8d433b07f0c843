/** Makes the files of a system's base image with debootstrap, from a package mirror of its distribution. */
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ExecaError, execa } from "execa";
import { configuredFetching, configuredMirror, type Mirror } from "./apt.ts";
import { reportLongWork, SetupError } from "./rung.ts";
import type { Distribution, System } from "./systems.ts";

/** Where a distribution is to be had; undefined where that is not known. */
export async function mirrorOf(distribution: Distribution): Promise<Mirror | undefined> {
  const chosen = process.env[distribution.mirrorVariable];
  if (chosen) return { archive: chosen, security: undefined };
  const configured = await configuredMirror(distribution.name);
  if (configured !== undefined || distribution.publicArchive === undefined) return configured;
  return { archive: distribution.publicArchive, security: undefined };
}

/** Makes them below `root`. Throws a {@link SetupError} where the mirror does not have them. */
export async function bootstrap(root: string, system: System, mirror: Mirror): Promise<void> {
  const { distribution, suite, image } = system;
  const fetching = await configuredFetching();
  const secure = [mirror.archive, mirror.security].some((address) => address?.startsWith("https:"));
  await reportLongWork(`Making ${image} from ${mirror.archive}`, async (show) => {
    const options = [
      "--variant=minbase",
      `--keyring=${distribution.keyrings.here}`,
      ...(secure ? ["--include=ca-certificates"] : []),
    ];
    const script = `/usr/share/debootstrap/scripts/${distribution.script}`;
    // In a mount namespace of its own: whatever ends debootstrap, no mount stays behind in the tree.
    const command = ["--mount", "debootstrap", ...options, suite, root, mirror.archive, script];
    const run = execa("unshare", command, {
      env: { ...proxyOf(fetching), LC_ALL: "C.UTF-8" },
      stdin: "ignore",
      all: true,
    });
    try {
      for await (const line of run.iterable({ from: "all" })) show(line.replace(/^[IW]: /, "").slice(0, 70));
      await run;
    } catch (error) {
      if (!(error instanceof ExecaError)) throw error;
      const said = String(error.all ?? "")
        .trimEnd()
        .split("\n")
        .slice(-3);
      throw new SetupError(
        [
          `${image} could not be made from ${mirror.archive}:`,
          ...said.map((line) => `  ${line}`),
          `Check the network and that mirror (of /etc/apt or ${distribution.mirrorVariable}), then run this again.`,
        ].join("\n"),
      );
    }
    await writeFile(join(root, "etc/apt/apt.conf.d/90machine"), fetching);
    await writeSources(root, system, mirror);
    await removeTraces(root);
  });
}

function proxyOf(fetching: string): Record<string, string> {
  const proxy = /^Acquire::http::Proxy "(http[^"]+)"/im.exec(fetching)?.[1];
  return proxy === undefined ? {} : { http_proxy: proxy, https_proxy: proxy };
}

/** The image installs from where it was made from (sources.list(5), deb822 style). */
async function writeSources(
  root: string,
  { distribution, suite }: System,
  { archive, security }: Mirror,
): Promise<void> {
  const stanza = (uri: string, suites: string) =>
    [
      "Types: deb",
      `URIs: ${uri}`,
      `Suites: ${suites}`,
      `Components: ${distribution.components}`,
      `Signed-By: ${distribution.keyrings.image}`,
      "",
    ].join("\n");
  await rm(join(root, "etc/apt/sources.list"), { force: true });
  await writeFile(
    join(root, `etc/apt/sources.list.d/${distribution.name.toLowerCase()}.sources`),
    [
      stanza(archive, `${suite} ${suite}-updates`),
      ...(security ? [stanza(security, `${suite}-security`)] : []),
    ].join("\n"),
  );
}

/** Takes out what debootstrap downloaded and what it copied from this machine. */
async function removeTraces(root: string): Promise<void> {
  const emptied = ["var/cache/apt", "var/lib/apt/lists", "var/log", "run", "tmp"];
  for (const folder of emptied) {
    for (const entry of await readdir(join(root, folder))) {
      await rm(join(root, folder, entry), { recursive: true, force: true });
    }
  }
  await mkdir(join(root, "var/lib/apt/lists/partial"), { recursive: true });
  for (const file of ["etc/hostname", "etc/resolv.conf"]) await rm(join(root, file), { force: true });
}
