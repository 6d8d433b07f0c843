/** What tests on a director have to know of the health engine that the labs of this run use. */
import { labEngine } from "../fixtures.ts";

interface EngineFacts {
  readonly unit: string;
  readonly file: string;
  /** Prints why real servers are out. */
  readonly log: string;
  /** Prints the processes that check. */
  readonly checkers: string;
  /** What stands in its file, and what it refuses in its place. */
  readonly refused: readonly [text: string, insteadOf: string];
  /** How its file gives a real server of port 80, of the service with this VIP, its weight. */
  readonly share: (vip: string, address: string, weight: number) => string;
}

const engines: Readonly<Record<typeof labEngine, EngineFacts>> = {
  ldirectord: {
    unit: "ldirectord.service",
    file: "/etc/ha.d/ldirectord.cf",
    log: "cat /var/log/ldirectord.log",
    checkers: "pgrep -f '^ldirectord tcp'",
    refused: ["checktype = external-perl", "checktype = guess"],
    share: (_, address, weight) => `${address}:80 gate ${weight}`,
  },
  keepalived: {
    unit: "pulumi-lvs-checks.service",
    file: "/etc/keepalived/pulumi-lvs-checks.conf",
    log: "journalctl --output cat --identifier pulumi-lvs-checker",
    checkers: "systemctl show -P MainPID pulumi-lvs-checker",
    refused: ["lvs_method DR", "lvs_method GUESS"],
    share: (vip, address, weight) =>
      `weight ${weight}\n        FILE_CHECK {\n            track_file tcp-${vip}:80-${address}:80`,
  },
};

/** The one of this run. */
export const engine = { name: labEngine, ...engines[labEngine] };
