/** What the programs of a director call the forwarding methods. */
import type { Forwarding } from "../model/lvs.ts";

/** Words of ldirectord(8), keepalived.conf(5) and ipvsadm(8). */
interface Words {
  readonly ldirectord: string;
  readonly keepalived: string;
  readonly ipvsadm: string;
}

export const forwardingWords: Readonly<Record<Forwarding, Words>> = {
  dr: { ldirectord: "gate", keepalived: "DR", ipvsadm: "-g" },
};
