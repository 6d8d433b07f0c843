/** The connection to the Docker daemon, and its failures put into words. */
import Docker from "dockerode";
import { ProviderError } from "../serve.ts";

let connection: Docker | undefined;

/** The daemon that DOCKER_HOST names, by default the local socket. Nothing is sent before the first request. */
export function daemon(): Docker {
  connection ??= new Docker();
  return connection;
}

/**
 * Waits for a request; a failure becomes one sentence that starts with `task`, such as "Unable to create network",
 * and ends with `about`, what the daemon's words leave out.
 */
export async function request<T>(task: string, pending: Promise<T>, about?: string): Promise<T> {
  try {
    return await pending;
  } catch (error) {
    throw explain(task, error, about);
  }
}

/** As `request`, but undefined when the daemon answers with that status: 404 means gone, 304 that nothing was to do. */
export async function requestUnless<T>(
  status: number,
  task: string,
  pending: Promise<T>,
): Promise<T | undefined> {
  try {
    return await pending;
  } catch (error) {
    if (statusCode(error) === status) return undefined;
    throw explain(task, error);
  }
}

/** The daemon's own words for why it refused, undefined when it was not the daemon that failed. */
export function refusal(error: unknown): { statusCode: number; message: string } | undefined {
  const status = statusCode(error);
  if (status === undefined || !(error instanceof Error)) return undefined;
  const body = (error as { json?: { message?: string } }).json;
  return { statusCode: status, message: body?.message?.trim() ?? error.message };
}

function explain(task: string, error: unknown, about?: string): unknown {
  const refused = refusal(error);
  const suffix = about ? ` (${about})` : "";
  if (refused) return new ProviderError(`${task}: Error response from daemon: ${refused.message}${suffix}`);
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  if (!code || !(error instanceof Error)) return error;
  const remedy =
    code === "EACCES"
      ? "This user may not use the Docker socket: run as root, or join the group docker and log in again."
      : "Start the Docker daemon, or set DOCKER_HOST to one that runs.";
  return new ProviderError(`${task}: Error pinging Docker server: ${error.message}. ${remedy}`);
}

function statusCode(error: unknown): number | undefined {
  return error instanceof Error ? (error as { statusCode?: number }).statusCode : undefined;
}
