/** What tests fill up with the fields that they are about. */
import type { HostReading } from "../../reading/hostReading.ts";

/** A host that has told nothing of itself. */
export const nothingRead: HostReading = {
  held: undefined,
  differences: [],
  drift: [],
  vrrp: undefined,
  table: new Map(),
  plannedTable: new Map(),
  drainSeconds: new Map(),
  mac: undefined,
  vips: [],
};
