/** The ladder to the image that lab hosts are built from: present, else pulled, else made from the machine's package mirror. */
import { existsSync } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type Docker from "dockerode";
import { ExecaError, execa } from "execa";
import {
  canInstallPackages,
  configuredDebianMirror,
  configuredFetching,
  type DebianMirror,
  installPackages,
} from "./apt.ts";
import { cached } from "./cache.ts";
import { dockerClient } from "./docker.ts";
import { type Finding, report, reportLongWork, SetupError } from "./rung.ts";

const SUITE = "bookworm";
const REPOSITORY = "debian";
const TAG = `${SUITE}-slim`;
const IMAGE = `${REPOSITORY}:${TAG}`;

/** Seconds without a sign of progress after which a registry counts as out of reach. */
const PULL_SILENCE_SECONDS = 30;

/** Names a Debian mirror on a machine whose apt has none, such as Ubuntu. */
const MIRROR_VARIABLE = "PULUMI_LVS_DEBIAN_MIRROR";

/** Returns once the engine has the image, getting it if need be. Throws a {@link SetupError} when no rung holds. */
export async function provideBaseImage(): Promise<void> {
  const docker = dockerClient();
  if (await isPresent(docker)) {
    report(`Image ${IMAGE}, which lab hosts are built from`);
    return;
  }
  const refusal = await pull(docker);
  if (refusal === undefined) return;
  report(`${IMAGE} cannot be pulled (${refusal}): made from this machine's package mirror instead`);
  const obstacle = await obstacleToMaking();
  if (obstacle !== undefined) throw new SetupError(obstacle);
  await make(docker);
}

/** What the doctor says about the image; changes nothing. */
export async function inspectBaseImage(): Promise<Finding[]> {
  const what = `Base image ${IMAGE}`;
  const present = await isPresent(dockerClient()).catch(() => undefined);
  if (present) return [{ what, present: true, detail: "in the Docker engine" }];
  const mirror = await debianMirror();
  const otherwise =
    (await obstacleToMaking()) ?? `made by debootstrap from ${mirror?.archive ?? "the package mirror"}`;
  const when = present === undefined ? "when a Docker engine answers, " : "";
  return [
    {
      what,
      present: false,
      detail: `${when}it would be pulled; where no registry is in reach, ${otherwise}`,
    },
  ];
}

async function isPresent(docker: Docker): Promise<boolean> {
  try {
    await docker.getImage(IMAGE).inspect();
    return true;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return false;
    throw error;
  }
}

/** Pulls the image; returns why not where that fails. */
async function pull(docker: Docker): Promise<string | undefined> {
  const abort = new AbortController();
  const giveUp = () => abort.abort(new Error(`no answer for ${PULL_SILENCE_SECONDS} s`));
  let timer = setTimeout(giveUp, PULL_SILENCE_SECONDS * 1000);
  try {
    await reportLongWork(`Pulling ${IMAGE}, which lab hosts are built from`, async (show) => {
      const stream = await docker.pull(IMAGE, { abortSignal: abort.signal });
      await new Promise<void>((resolve, reject) => {
        docker.modem.followProgress(
          stream,
          (error) => (error ? reject(error) : resolve()),
          ({ status = "", progress = "" }: { status?: string; progress?: string }) => {
            clearTimeout(timer);
            timer = setTimeout(giveUp, PULL_SILENCE_SECONDS * 1000);
            show(`${status} ${progress}`.trim());
          },
        );
      });
    });
    return undefined;
  } catch (error) {
    return abort.signal.aborted ? abort.signal.reason.message : engineMessage(error);
  } finally {
    clearTimeout(timer);
  }
}

async function debianMirror(): Promise<DebianMirror | undefined> {
  const chosen = process.env[MIRROR_VARIABLE];
  return chosen ? { archive: chosen, security: undefined } : configuredDebianMirror();
}

async function obstacleToMaking(): Promise<string | undefined> {
  const byHand = `load ${IMAGE} into the engine yourself (docker pull where a registry is in reach, docker save, docker load here)`;
  if (!(await canInstallPackages())) {
    return `Making ${IMAGE} takes root on Debian or Ubuntu. Run this as root, or ${byHand}.`;
  }
  return undefined;
}

async function make(docker: Docker): Promise<void> {
  if (!existsSync("/usr/sbin/debootstrap") || (await debianMirror()) === undefined) {
    await installPackages(
      ["debootstrap", "debian-archive-keyring"],
      "it makes the image that lab hosts are built from",
    );
  }
  const mirror = await debianMirror();
  if (mirror === undefined) {
    throw new SetupError(
      `${IMAGE} can neither be pulled nor made: apt on this machine has no Debian mirror. Name one: ${MIRROR_VARIABLE}=http://…/debian`,
    );
  }
  const root = await cached(`${REPOSITORY}-${TAG}`, (partial) => bootstrap(partial, mirror));
  await reportLongWork(`Importing ${IMAGE} into the Docker engine`, () => importTree(docker, root));
  await rm(root, { recursive: true, force: true });
}

async function bootstrap(root: string, mirror: DebianMirror): Promise<void> {
  const fetching = await configuredFetching();
  const secure = [mirror.archive, mirror.security].some((address) => address?.startsWith("https:"));
  await reportLongWork(`Making ${IMAGE} from ${mirror.archive}`, async (show) => {
    const options = ["--variant=minbase", ...(secure ? ["--include=ca-certificates"] : [])];
    // In a mount namespace of its own: whatever ends debootstrap, no mount stays behind in the tree.
    const command = ["--mount", "debootstrap", ...options, SUITE, root, mirror.archive];
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
          `${IMAGE} could not be made from ${mirror.archive}:`,
          ...said.map((line) => `  ${line}`),
          "Check that mirror in /etc/apt and the network, then run this again.",
        ].join("\n"),
      );
    }
    await writeFile(join(root, "etc/apt/apt.conf.d/90machine"), fetching);
    await writeSources(root, mirror);
    await removeTraces(root);
  });
}

function proxyOf(fetching: string): Record<string, string> {
  const proxy = /^Acquire::http::Proxy "(http[^"]+)"/im.exec(fetching)?.[1];
  return proxy === undefined ? {} : { http_proxy: proxy, https_proxy: proxy };
}

/** The image installs from where the machine installs from (sources.list(5), deb822 style). */
async function writeSources(root: string, { archive, security }: DebianMirror): Promise<void> {
  const stanza = (uri: string, suites: string) =>
    [
      "Types: deb",
      `URIs: ${uri}`,
      `Suites: ${suites}`,
      "Components: main",
      "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg",
      "",
    ].join("\n");
  await rm(join(root, "etc/apt/sources.list"), { force: true });
  await writeFile(
    join(root, "etc/apt/sources.list.d/debian.sources"),
    [
      stanza(archive, `${SUITE} ${SUITE}-updates`),
      ...(security ? [stanza(security, `${SUITE}-security`)] : []),
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

async function importTree(docker: Docker, root: string): Promise<void> {
  const tar = execa("tar", ["--create", "--numeric-owner", "--directory", root, "."], {
    buffer: false,
    stdin: "ignore",
  });
  const stream = await docker.importImage(tar.stdout, {
    repo: REPOSITORY,
    tag: TAG,
    changes: 'CMD ["bash"]',
  });
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve()));
  });
  await tar;
}

/** What the engine itself said, without its client's words about HTTP. */
function engineMessage(error: unknown): string {
  if (!(error instanceof Error)) throw error;
  return error.message.replace(/^\(HTTP code \d+\) .*? - /, "").trim();
}
