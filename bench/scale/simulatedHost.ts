/** A host that is not there: it keeps what it is given, and says what a host that was converged to its plan would say. */
import { serviceLines } from "../../model/table.ts";
import type { HostPlan, Item } from "../../render/hostPlan.ts";
import { digestIn, digestOf } from "../../render/script.ts";
import { type PeerData, peerData } from "../tools/peerData.ts";
import { shellAnswer, unquoted } from "./shellAnswer.ts";

/** What a command comes to. */
export interface Answer {
  readonly stdout: string;
  /** Whether a real host would have worked for it. */
  readonly isChange: boolean;
}

/** One host, new at first. */
export class SimulatedHost {
  /** Content by path, of what was uploaded. */
  readonly files = new Map<string, Buffer>();
  #plan: HostPlan;
  #desired: PeerData;
  /** What it was converged to by our script. */
  #holding: HostPlan | undefined;
  #held: { readonly digest: string; readonly generation: string } | undefined;
  #isReadBack = false;

  constructor(plan: HostPlan) {
    this.#plan = plan;
    this.#desired = peerData(plan);
  }

  /** What it is to come to from now on. */
  plan(plan: HostPlan): void {
    this.#plan = plan;
    this.#desired = peerData(plan);
  }

  /** Whether a tool has brought it to its plan: by our script, or by files and a last look. */
  get isConverged(): boolean {
    return this.#held?.digest === digestOf(this.#plan) || (this.#isReadBack && this.#hasFiles());
  }

  /** What an SSH command line prints, `stdin` on its standard input. */
  answer(commandLine: string, stdin: string): Answer {
    const action = /^(?:timeout \d+ )?bash -s -- (\w+)/.exec(commandLine)?.[1];
    return action === undefined ? this.#shell(unquoted(commandLine)) : this.#run(action, stdin);
  }

  /** An action of host/run.sh, with a host's script or what launches it. */
  #run(action: string, script: string): Answer {
    switch (action) {
      case "converge": {
        const generation = /^generation='?([\w.]+)/m.exec(script)?.[1] ?? "0";
        this.#held = { digest: digestIn(script), generation };
        this.#holding = this.#plan;
        return { stdout: `converged ${this.#held.digest}\n`, isChange: true };
      }
      case "remove":
        this.#held = undefined;
        return { stdout: "removed\n", isChange: true };
      case "read":
        return {
          stdout: this.#records()
            .map((fields) => `${fields.join("\t")}\n`)
            .join(""),
          isChange: false,
        };
      default:
        return { stdout: "", isChange: false };
    }
  }

  #shell(command: string): Answer {
    const isLastLook = command === this.#desired.readBack.at(-1);
    const { files } = this;
    const stdout = shellAnswer(command, { desired: this.#desired, files, isConverged: this.#isReadBack });
    this.#isReadBack ||= isLastLook;
    return { stdout, isChange: isLastLook };
  }

  #hasFiles(): boolean {
    return this.#desired.files.every(({ path, content }) => this.files.get(path)?.toString() === content);
  }

  /** As host/reading.sh has them. */
  #records(): string[][] {
    const link = ["link", "02:00:00:00:00:01"];
    if (!this.#held || !this.#holding) return [link, ["unheld"]];
    const { digest, generation } = this.#held;
    const { role, items } = this.#holding;
    return [link, ["held", digest, generation], ...(role === "director" ? directorRecords(items) : [])];
  }
}

function directorRecords(items: readonly Item[]): string[][] {
  const all = <K extends Item["kind"]>(kind: K) =>
    items.filter((item): item is Extract<Item, { kind: K }> => item.kind === kind);
  const services = all("service");
  const table = services.flatMap(({ key, planned }) => serviceLines(key, planned));
  return [
    ...all("vip").map(({ address }) => ["vip", address, "held", "asked"]),
    ...services.map(({ key, drainSeconds }) => ["drain", key, String(drainSeconds)]),
    ...table.map((line) => ["table", line.includes(" to ") ? `${line} active 0 inactive 0` : line]),
    ...table.filter((line) => line.includes(" to ")).map((line) => ["planned", line]),
  ];
}
