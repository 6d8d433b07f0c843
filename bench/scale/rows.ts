/** What was measured with simulated hosts, and whether the aims are met. */
import { type Aim, aim, divided, tools } from "../results.ts";

export type ScaleScenario = "preview" | "first run" | "nothing to do" | "one weight changed";

/** One run of one tool; the keys are those of `--json`. */
export interface Row {
  /** Real servers; one director goes with them. */
  readonly hosts: number;
  /** Virtual services; each real server serves all of them. */
  readonly services: number;
  readonly tool: string;
  readonly scenario: ScaleScenario;
  readonly seconds: number;
  /** Size of the exported state; 0 for tools that keep none. */
  readonly stateBytes: number;
  /** Highest memory of all processes of the tool together. */
  readonly peakMiB: number;
}

/** A public dump of a kernel's table has 1,597. */
const largeTable = 1600;

/** The aims that these rows can tell of; all but those of memory are for one latency. */
export function scaleAims(rows: readonly Row[], latencyMs: number): Aim[] {
  const find = (hosts: number, scenario: ScaleScenario, tool = tools.ours) =>
    rows.find(
      (row) => row.services === 1 && row.hosts === hosts && row.scenario === scenario && row.tool === tool,
    );
  const first = (hosts: number, tool?: string) => find(hosts, "first run", tool)?.seconds;
  const nothing = (tool?: string) => find(300, "nothing to do", tool)?.seconds;
  const floor = nothing(tools.floor);
  const perHost = (hosts: number) => divided(first(hosts), hosts);
  const memory = (hosts: number, limit: number) =>
    aim(`peak memory, ${hosts} hosts`, limit, find(hosts, "first run")?.peakMiB, "MiB");
  return [
    ...(latencyMs === 0
      ? [
          ...aim("first run, 300 hosts ÷ bare commands", 1.5, divided(first(300), first(300, tools.floor))),
          ...(floor === undefined
            ? []
            : aim(
                "nothing to do, 300 hosts (1.3 × bare commands + 3 s)",
                1.3 * floor + 3,
                nothing(),
                "seconds",
              )),
          ...aim("first run per host, 1000 hosts ÷ 50", 1.5, divided(perHost(1000), perHost(50))),
        ]
      : []),
    ...(latencyMs === 2000 ? aim("first run, 300 hosts that need 2 s", 30, first(300), "seconds") : []),
    ...memory(300, 600),
    ...memory(1000, 1024),
    ...aim(
      `nothing to do, ${largeTable} services`,
      15,
      rows.find(({ services, scenario }) => services === largeTable && scenario === "nothing to do")?.seconds,
      "seconds",
    ),
  ];
}
