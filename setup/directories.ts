/** Where the set-up keeps what it makes, outside the checkout, and where the checkout is. */
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout. */
export const projectDirectory = fileURLToPath(new URL("..", import.meta.url));

/** What can be made again: `$XDG_CACHE_HOME/pulumi-lvs`, by default `~/.cache/pulumi-lvs`. */
export function cacheDirectory(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "pulumi-lvs");
}

/** What must be kept: `$XDG_STATE_HOME/pulumi-lvs`, by default `~/.local/state/pulumi-lvs`. */
export function stateDirectory(): string {
  return join(process.env.XDG_STATE_HOME || join(homedir(), ".local", "state"), "pulumi-lvs");
}
