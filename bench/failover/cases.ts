/** The ways in which a director fails or is made to give the VIPs up: what is done to it, and what mends it. */
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { startInClient } from "../../load/inClient.ts";
import { handOver } from "../../operate/handover.ts";
import type { TestStack } from "../../test/cluster/stack.ts";
import { setCable } from "./cable.ts";

/** What a case is done to. */
export interface Scene {
  readonly stack: TestStack;
  /** The director that holds the VIPs. */
  readonly holder: string;
}

/** One way to fail. */
export interface FailoverCase {
  readonly name: string;
  readonly strike: (scene: Scene) => Promise<unknown>;
  /** After the outage; nothing where the cluster mends itself. */
  readonly mend?: (scene: Scene) => Promise<unknown>;
  /** Who holds the VIPs when the cluster is whole again. */
  readonly holderAfter: "another" | "the same";
  /**
   * For so long both directors hold the VIPs; where they meet again within that time, the one that keeps them must report
   * it. Later the health checks of the other one have found its real servers gone, and it has given the VIPs up.
   */
  readonly splitSeconds?: number;
}

const onHolder =
  (command: string) =>
  ({ stack, holder }: Scene) =>
    stack.onHost(holder, command);

const containerOf = ({ stack, holder }: Scene): Docker.Container => stack.container(holder);

/** Processes that do nothing but count, in the client: as many per core as leave a director a fifth of its time. */
const burners = 8;
const burnSeconds = 8;

/** In the order of the table. */
export const cases: readonly FailoverCase[] = [
  {
    name: "planned handover",
    strike: async ({ stack }) => handOver(await stack.hosts("director")),
    holderAfter: "another",
  },
  {
    name: "keepalived stopped",
    strike: onHolder("systemctl stop keepalived"),
    mend: onHolder("systemctl start keepalived"),
    holderAfter: "another",
  },
  {
    name: "container killed",
    strike: (scene) => containerOf(scene).kill(),
    mend: (scene) => containerOf(scene).start(),
    holderAfter: "another",
  },
  {
    name: "container paused",
    strike: (scene) => containerOf(scene).pause(),
    mend: (scene) => containerOf(scene).unpause(),
    holderAfter: "another",
  },
  {
    name: "link cut",
    strike: (scene) => setCable(containerOf(scene), "down"),
    mend: (scene) => setCable(containerOf(scene), "up"),
    holderAfter: "another",
    splitSeconds: 4,
  },
  {
    name: "ldirectord killed",
    strike: onHolder("systemctl kill --signal=KILL ldirectord"),
    mend: onHolder("systemctl start ldirectord"),
    holderAfter: "the same",
  },
  {
    name: "kernel reboot",
    // The connection ends with the host.
    strike: ({ stack, holder }) => stack.onHost(holder, "systemctl --no-block reboot"),
    holderAfter: "another",
  },
  {
    name: "machine loaded",
    strike: async ({ stack }) => {
      const burn = ["timeout", String(burnSeconds), "sh", "-c", "while :; do :; done"];
      const client = stack.container("client");
      await Promise.all(Array.from({ length: burners }, () => startInClient(client, burn)));
      await sleep(burnSeconds * 1000);
    },
    holderAfter: "the same",
  },
];
