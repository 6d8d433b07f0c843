/** The ladder to the image that lab hosts are built from: present, else pulled, else made from a package mirror. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import type Docker from "dockerode";
import { execa } from "execa";
import { canInstallPackages, installPackages } from "./apt.ts";
import { bootstrap, mirrorOf } from "./bootstrap.ts";
import { cached } from "./cache.ts";
import { dockerClient } from "./docker.ts";
import { type Finding, report, reportLongWork, SetupError } from "./rung.ts";
import { type System, type SystemName, systems } from "./systems.ts";

/** What lab hosts run where nothing else is asked for. */
const DEFAULT: SystemName = "Debian 12";

/** Seconds without a sign of progress after which a registry counts as out of reach. */
const PULL_SILENCE_SECONDS = 30;

/** Returns once the engine has a system's image, getting it if need be. Throws a {@link SetupError} when no rung holds. */
export async function provideBaseImage(name: SystemName = DEFAULT): Promise<void> {
  const system = systems[name];
  const { image } = system;
  const docker = dockerClient();
  if (await isPresent(docker, image)) {
    report(`Image ${image}, which lab hosts are built from`);
    return;
  }
  const refusal = await pull(docker, image);
  if (refusal === undefined) return;
  report(`${image} cannot be pulled (${refusal}): made from a package mirror instead`);
  const obstacle = await obstacleToMaking(image);
  if (obstacle !== undefined) throw new SetupError(obstacle);
  await make(docker, system);
}

/** What the doctor says about the image; changes nothing. */
export async function inspectBaseImage(): Promise<Finding[]> {
  const { image, distribution } = systems[DEFAULT];
  const what = `Base image ${image}`;
  const present = await isPresent(dockerClient(), image).catch(() => undefined);
  if (present) return [{ what, present: true, detail: "in the Docker engine" }];
  const mirror = await mirrorOf(distribution);
  const otherwise =
    (await obstacleToMaking(image)) ?? `made by debootstrap from ${mirror?.archive ?? "the package mirror"}`;
  const when = present === undefined ? "when a Docker engine answers, " : "";
  return [
    {
      what,
      present: false,
      detail: `${when}it would be pulled; where no registry is in reach, ${otherwise}`,
    },
  ];
}

async function isPresent(docker: Docker, image: string): Promise<boolean> {
  try {
    await docker.getImage(image).inspect();
    return true;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return false;
    throw error;
  }
}

/** Pulls the image; returns why not where that fails. */
async function pull(docker: Docker, image: string): Promise<string | undefined> {
  const abort = new AbortController();
  const giveUp = () => abort.abort(new Error(`no answer for ${PULL_SILENCE_SECONDS} s`));
  let timer = setTimeout(giveUp, PULL_SILENCE_SECONDS * 1000);
  try {
    await reportLongWork(`Pulling ${image}, which lab hosts are built from`, async (show) => {
      const stream = await docker.pull(image, { abortSignal: abort.signal });
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

async function obstacleToMaking(image: string): Promise<string | undefined> {
  const byHand = `load ${image} into the engine yourself (docker pull where a registry is in reach, docker save, docker load here)`;
  if (!(await canInstallPackages())) {
    return `Making ${image} takes root on Debian or Ubuntu. Run this as root, or ${byHand}.`;
  }
  return undefined;
}

async function make(docker: Docker, system: System): Promise<void> {
  const { distribution, image } = system;
  if (!existsSync("/usr/sbin/debootstrap") || (await mirrorOf(distribution)) === undefined) {
    await installPackages(
      ["debootstrap", "debian-archive-keyring"],
      "it makes the image that lab hosts are built from",
    );
  }
  const mirror = await mirrorOf(distribution);
  if (mirror === undefined) {
    const { name, mirrorVariable } = distribution;
    throw new SetupError(
      `${image} can neither be pulled nor made: apt on this machine has no ${name} mirror. Name one: ${mirrorVariable}=http://…/${name.toLowerCase()}`,
    );
  }
  const root = await cached(image.replace(":", "-"), (partial) => bootstrap(partial, system, mirror));
  await reportLongWork(`Importing ${image} into the Docker engine`, () => importTree(docker, root, image));
  await rm(root, { recursive: true, force: true });
}

async function importTree(docker: Docker, root: string, image: string): Promise<void> {
  const tar = execa("tar", ["--create", "--numeric-owner", "--directory", root, "."], {
    buffer: false,
    stdin: "ignore",
  });
  const [repo, tag] = image.split(":");
  const stream = await docker.importImage(tar.stdout, {
    repo,
    tag,
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
