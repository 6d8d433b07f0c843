/** Health checks: when a real server counts as up. */

/** What a check of each type has beside its timing; fields as in the configuration. */
interface SettingsByType {
  readonly http: Fetch;
  readonly https: Fetch;
  readonly connect: Connect;
  readonly ping: object;
  readonly none: object;
}

/** Opens a connection. */
interface Connect {
  /** Undefined: the service's. */
  readonly port?: number | undefined;
}

/** Fetches a page. */
interface Fetch extends Connect {
  readonly path: string;
  readonly expect?: string | undefined;
  readonly virtualHost?: string | undefined;
}

interface Timing {
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly failures: number;
}

export type HealthCheckType = keyof SettingsByType;

/** A check of one of the types `T`. */
export type HealthCheck<T extends HealthCheckType = HealthCheckType> = {
  [K in T]: { readonly type: K } & SettingsByType[K] & Timing;
}[T];

/** What a check of each type sends its requests over; undefined where it sends none. */
export const transports: Readonly<Record<HealthCheckType, "tcp" | "icmp" | undefined>> = {
  http: "tcp",
  https: "tcp",
  connect: "tcp",
  ping: "icmp",
  none: undefined,
};

/** The path that a check fetches; undefined where it fetches none. */
export function fetchedPath(check: HealthCheck): string | undefined {
  return "path" in check ? check.path : undefined;
}

/** The port that a check is given; undefined where it has none, or asks at the service's. */
export function givenPort(check: HealthCheck): number | undefined {
  return "port" in check ? check.port : undefined;
}
