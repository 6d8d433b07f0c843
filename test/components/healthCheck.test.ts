import { expect, it } from "vitest";
import { type HealthCheckArgs, RealServer, VirtualService } from "../../components/index.ts";
import type { HealthCheckType } from "../../model/healthCheck.ts";
import { ssh } from "./cluster.ts";
import { record } from "./recording.ts";

const timing = { intervalSeconds: 7, timeoutSeconds: 2, failures: 4 };
const fetch = { path: "/ready", expect: "^up", virtualHost: "www.example.com", port: 8080, ...timing };

/** The compiler asks for every type that a configuration knows, and for all that a component takes of it. */
const checks: { readonly [T in HealthCheckType]: Required<HealthCheckArgs> & { readonly type: T } } = {
  http: { type: "http", ...fetch },
  https: { type: "https", ...fetch },
  connect: { type: "connect", port: 8080, ...timing },
  ping: { type: "ping", ...timing },
  none: { type: "none", ...timing },
};

it.each(Object.entries(checks))(
  "a service takes all settings of a check of type %s",
  async (_, healthCheck) => {
    let resolved: unknown;
    await record(() => {
      const server = new RealServer("web1", {
        address: "192.0.2.21",
        ssh,
        vips: ["192.0.2.100"],
      });
      const args = { address: "192.0.2.100", port: 80, realServers: [{ server }], healthCheck };
      new VirtualService("web", args).spec.apply((spec) => {
        resolved = spec.healthCheck;
      });
    });
    expect(resolved).toEqual(healthCheck);
  },
);
