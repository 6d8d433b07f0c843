/** What a user may write of health checks, and of the daemon that makes them. */
import type { z } from "zod";
import type { HealthCheckType } from "../../model/healthCheck.ts";
import { healthEngines } from "../../model/lvs.ts";
import { choice, hostName, integer, path, plainText, port, typed } from "./fields.ts";

const connect = {
  port: port.optional().describe("Port of the VIP to check. Default: the service's port."),
};

const fetch = {
  path: path.default("/healthz").describe("Path to fetch."),
  expect: plainText("a regular expression")
    .optional()
    .describe(
      "Perl regular expression that an answer with status 2xx must match. Default: any such answer. A redirect is none.",
    ),
  virtualHost: hostName.optional().describe("Host header to send. Default: the VIP."),
  ...connect,
};

const settingsByType = {
  http: fetch,
  https: fetch,
  connect,
  ping: {},
  none: {},
} satisfies Record<HealthCheckType, z.ZodRawShape>;

const timing = {
  intervalSeconds: integer(1, 3600, "seconds").default(5).describe("Seconds between two checks."),
  timeoutSeconds: integer(1, 300, "seconds")
    .default(3)
    .describe("Seconds until an unanswered check has failed."),
  failures: integer(1, 100, "failures")
    .default(1)
    .describe("Failed checks in a row that take a real server out."),
};

/** A check of any type. */
export const healthCheck = typed("check", settingsByType, timing, {
  default: "http",
  meaning:
    "`http` and `https` fetch `path` and `connect` opens a connection, each through the VIP as clients do; `ping` asks the real server's own address, as IPVS balances no ICMP echo; `none` never takes it out.",
});

/** The health engine. */
export const healthEngine = choice(healthEngines)
  .default("ldirectord")
  .describe(
    "The daemon that fills the kernel's table and checks real servers: `ldirectord` or `keepalived`, with the same services and the same checks.",
  );
