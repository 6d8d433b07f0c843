/** The two states of a lab between which hosts are brought while their runs are cut, and the scripts that lead there. */
import { readFileSync } from "node:fs";
import { resolveCluster } from "../../config/resolve.ts";
import { configSchema } from "../../config/schema.ts";
import { plansOf } from "../../render/plans.ts";
import { renderScript } from "../../render/script.ts";

/** Values of a `Pulumi.<stack>.yaml`, without the namespace. */
export type Settings = Readonly<Record<string, unknown>>;

/** Where a run leads from and to: the first state is what a stack begins with. */
export interface States {
  readonly first: Settings;
  readonly second: Settings;
}

/** What each host is held at before the change and after it. */
export const realServers = ["web1", "web2"] as const;
export const director = "lb1";

/** What changes by hand what a converge repairs, for `bash -s ROLE`. */
export const drift = readFileSync(new URL("drift.sh", import.meta.url), "utf8");

/** States that differ in as many kinds of items as a change under load can touch. `network` is the first three numbers. */
export function statesOf(network: string): States {
  const service = (address: string, port: number, weights: readonly [number, number], extra: object) => ({
    address: `${network}.${address}`,
    port,
    realServers: { web1: { weight: weights[0] }, web2: { weight: weights[1] } },
    ...extra,
  });
  const check = (intervalSeconds: number) => ({ healthCheck: { intervalSeconds, timeoutSeconds: 2 } });
  const settings = (apache: object, virtualServices: object): Settings => ({
    lab: {},
    subnet: `${network}.0/24`,
    directors: { lb1: { address: `${network}.11` } },
    realServers: {
      web1: { address: `${network}.21`, apache },
      web2: { address: `${network}.22`, apache },
    },
    virtualServices,
  });
  return {
    first: settings({}, { web: service("100", 80, [1, 2], check(2)) }),
    second: settings(
      { documentRoot: "/srv/www" },
      {
        web: service("100", 80, [3, 1], { scheduler: "wlc", ...check(1) }),
        web2: service("101", 8080, [1, 1], check(1)),
      },
    ),
  };
}

/** The script of each host, by its name. */
export function scriptsOf(settings: Settings): Readonly<Record<string, string>> {
  const plans = plansOf(resolveCluster(configSchema.parse(settings), "bench-kill"));
  return Object.fromEntries(plans.map((plan) => [plan.host, renderScript(plan)]));
}
