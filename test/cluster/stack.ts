/** A stack of its own for one test file, driven by the same `npm run` verbs that a user types. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";
import { execa } from "execa";
import { stringify } from "yaml";
import { digestIn } from "../../render/script.ts";
import { openSession, type SshSession } from "../../ssh/client.ts";
import { parseStackState, type StackState, type StateHost } from "../../status/stackState.ts";
import { inCheckout, type Settings } from "../fixtures.ts";
import { letTheLabGoFirst } from "../priority.ts";
import { removeLeftovers } from "./leftovers.ts";

/** How a verb ended. */
export interface VerbResult {
  readonly exitCode: number;
  readonly stdout: string;
  /** Everything shown, standard output and error in the order in which they came. */
  readonly shown: string;
}

export class TestStack {
  readonly name: string;
  /** Socket of an SSH agent for the verbs; empty for none. */
  agentSocket = "";
  readonly #directory: string;
  #state: Promise<StackState> | undefined;
  /** A login takes a host of the lab longer than most commands do. */
  readonly #sessions = new Map<string, SshSession>();

  /** `name` must start with `test-`: git ignores the settings files of such stacks. */
  constructor(name: string) {
    this.name = name;
    this.#directory = mkdtempSync(join(tmpdir(), `pulumi-lvs-${name}-`));
  }

  /** Starts from nothing, whatever an earlier run has left, with these settings. */
  async begin(settings: Settings): Promise<void> {
    await removeLeftovers(this.name);
    this.configure(settings);
  }

  /** Writes the stack's settings, as a user edits them. */
  configure(settings: Settings): void {
    const config = Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [`pulumi-lvs:${key}`, value]),
    );
    writeFileSync(this.settingsFile, stringify({ config }));
  }

  get settingsFile(): string {
    return inCheckout(`Pulumi.${this.name}.yaml`);
  }

  get environment(): Record<string, string> {
    return { XDG_STATE_HOME: this.#directory, NO_COLOR: "1", SSH_AUTH_SOCK: this.agentSocket };
  }

  /** Runs `npm run VERB -- --stack NAME ARGS`; does not throw when the verb fails. */
  async run(verb: string, ...args: string[]): Promise<VerbResult> {
    const { exitCode = 1, stdout, all } = await this.start(verb, ...args);
    return { exitCode, stdout, shown: all };
  }

  /** Starts a verb as a terminal does: in a process group of its own, which Ctrl-C reaches as a whole. */
  start(verb: string, ...args: string[]) {
    if (!["preview", "status", "drift", "handover"].includes(verb)) {
      this.#state = undefined;
      for (const host of this.#sessions.keys()) this.logOut(host);
    }
    const started = execa("npm", ["run", "--silent", verb, "--", "--stack", this.name, ...args], {
      cwd: inCheckout(""),
      env: this.environment,
      all: true,
      reject: false,
      stdin: "ignore",
      detached: true,
    });
    letTheLabGoFirst(started.pid);
    return started;
  }

  /** Runs a verb that must succeed; throws with everything it showed otherwise. */
  async must(verb: string, ...args: string[]): Promise<VerbResult> {
    const result = await this.run(verb, ...args);
    if (result.exitCode !== 0) throw new Error(`${verb} failed:\n${result.shown}`);
    return result;
  }

  /** How many resources a preview would leave alone, update, create, …, by operation. */
  async changes(): Promise<Record<string, number>> {
    const { stdout } = await this.must("preview", "--json");
    return (JSON.parse(stdout) as { changeSummary: Record<string, number> }).changeSummary;
  }

  /** The state file's text as it lies on disk. */
  async exportedState(...args: string[]): Promise<string> {
    const { stdout } = await execa(
      "npm",
      ["run", "--silent", "pulumi", "--", "stack", "export", "--stack", this.name, ...args],
      {
        cwd: inCheckout(""),
        env: this.environment,
      },
    );
    return stdout;
  }

  /** The recorded resources as text that differs whenever one of them does. */
  async resources(): Promise<string> {
    return JSON.stringify(JSON.parse(await this.exportedState("--show-secrets")).deployment.resources);
  }

  /** The hosts as the state has them, of one role or all, real servers before the director. */
  async hosts(role?: StateHost["role"]): Promise<StateHost[]> {
    this.#state ??= this.exportedState("--show-secrets").then(parseStackState);
    const { hosts } = await this.#state;
    const of = (wanted: StateHost["role"]) => hosts.filter((host) => host.role === wanted);
    return role ? of(role) : [...of("realServer"), ...of("director")];
  }

  async host(name: string): Promise<StateHost> {
    const host = (await this.hosts()).find((candidate) => candidate.name === name);
    if (!host) throw new Error(`the state of ${this.name} has no host ${name}`);
    return host;
  }

  /** Runs a command on a converged host; returns its standard output, throws when it fails. */
  async onHost(name: string, command: string, stdin = ""): Promise<string> {
    const session = await this.session(name);
    const { exitCode, stdout, stderr } = await session.run({ command, stdin });
    if (exitCode !== 0) throw new Error(`${name}: ${command}: exit ${exitCode}\n${stdout}${stderr}`);
    return stdout;
  }

  /** A login on a converged host, the one from before where it is still open. */
  async session(name: string): Promise<SshSession> {
    const open = this.#sessions.get(name);
    if (open && !open.isOver) return open;
    const { target } = await this.host(name);
    const session = await openSession({ ...target, dialErrorLimit: 20 });
    this.#sessions.set(name, session);
    return session;
  }

  /** The whole script of a host's last converge, which is in the host's memory until it restarts. */
  async scriptOf(name: string): Promise<string> {
    return this.onHost(name, `cat /run/pulumi-lvs/${digestIn((await this.host(name)).script)}`);
  }

  /** The next command logs in again: before a machine is gone without a word. */
  logOut(host: string): void {
    this.#sessions.get(host)?.close();
    this.#sessions.delete(host);
  }

  /** A machine of the lab; it may be about to be stopped. */
  container(host: string): Docker.Container {
    this.logOut(host);
    return new Docker().getContainer(`pulumi-lvs-${this.name}-${host}`);
  }

  /** Runs a shell command in the lab's client; returns its standard output, whatever its exit code. */
  async fromClient(command: string): Promise<string> {
    const { stdout } = await execa(
      "docker",
      ["exec", `pulumi-lvs-${this.name}-client`, "sh", "-c", command],
      { reject: false },
    );
    return stdout;
  }

  /** Who answered `count` requests to `url`, one connection each; failures count as "failed". */
  async answers(url: string, count: number): Promise<Record<string, number>> {
    const text = await this.fromClient(
      `for _ in $(seq ${count}); do curl -s -m 3 ${url} || echo failed; done`,
    );
    const counts: Record<string, number> = {};
    for (const who of text.trim().split("\n")) counts[who] = (counts[who] ?? 0) + 1;
    return counts;
  }

  /** Destroys what is left and removes the stack's traces from the checkout. */
  async dispose(): Promise<void> {
    await this.run("destroy", "--yes", "--skip-preview");
    rmSync(this.settingsFile, { force: true });
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
