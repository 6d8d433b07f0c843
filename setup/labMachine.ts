/** What this machine needs to hold a lab: a Docker engine and the image its hosts start from. */
import { provideBaseImage } from "./baseImage.ts";
import { provideDocker } from "./docker.ts";

/** Returns once a lab can be built here. Throws a SetupError where that cannot be. */
export async function provideLabMachine(): Promise<void> {
  await provideDocker();
  await provideBaseImage();
}
