/** Kernel settings, both for the next boot (a file) and for now. */
import type { Item } from "./hostPlan.ts";

/** Sorts after /etc/sysctl.d/99-sysctl.conf, so that nothing shipped with the system overrides it at boot. */
const path = "/etc/sysctl.d/zz-pulumi-lvs.conf";

/** The file first: should a run end between the two, the next boot is right already. */
export function holdSysctls(settings: Readonly<Record<string, string>>): Item[] {
  const entries = Object.entries(settings);
  return [
    {
      kind: "file",
      path,
      mode: "0644",
      content: entries.map(([key, value]) => `${key} = ${value}\n`).join(""),
    },
    ...entries.map(([key, value]): Item => ({ kind: "sysctl", key, value })),
  ];
}
