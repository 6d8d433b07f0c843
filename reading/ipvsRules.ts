/** Takes apart the rules of the kernel's table, as `ipvsadm -Sn` prints them with thresholds added (ipvsadm(8)). */
import { parseEndpoint } from "../model/address.ts";
import { serviceKey } from "../model/serviceAddress.ts";

/** One real server of a virtual service. */
export interface RealServerRule {
  /** How packets reach it: `dr`, `nat` or `tun`. */
  readonly forwarding: string;
  readonly weight: number;
  /** Connections at which it gets no new ones; 0 for no limit. */
  readonly upperThreshold: number;
  /** Connections below which it gets new ones again; 0 for three quarters of the upper one. */
  readonly lowerThreshold: number;
}

/** One virtual service. */
export interface ServiceRules {
  /** Scheduler and persistence, as they were given: `scheduler wrr -p 300`. */
  readonly options: string;
  /** By `ADDRESS:PORT`. */
  readonly realServers: ReadonlyMap<string, RealServerRule>;
}

const forwarding: Readonly<Record<string, string>> = { "-g": "dr", "-m": "nat", "-i": "tun" };

/** The services of the rules, by `tcp VIP:PORT` or `udp VIP:PORT`; services by firewall mark are passed over. */
export function parseRules(lines: readonly string[]): Map<string, ServiceRules> {
  const services = new Map<string, { options: string; realServers: Map<string, RealServerRule> }>();
  const at = (flag = "", address = "") => {
    const protocol = flag === "u" ? "udp" : "tcp";
    const key = serviceKey({ knownBy: "port", protocol, ...parseEndpoint(address) });
    const service = services.get(key) ?? { options: "", realServers: new Map<string, RealServerRule>() };
    services.set(key, service);
    return service;
  };
  for (const line of lines) {
    const service = /^-A -([tu]) (\S+) -s (.*\S)/.exec(line);
    if (service) at(service[1], service[2]).options = `scheduler ${service[3]}`;
    const real = /^-a -([tu]) (\S+) -r (\S+) (-[gim]) -w (\d+)(?: -x (\d+) -y (\d+))?/.exec(line);
    if (real) {
      const [, flag, address, to = "", method = "", weight, upper = 0, lower = 0] = real;
      at(flag, address).realServers.set(to, {
        forwarding: forwarding[method] ?? method,
        weight: Number(weight),
        upperThreshold: Number(upper),
        lowerThreshold: Number(lower),
      });
    }
  }
  return services;
}

/** What differs between two rules of a real server, other than how packets reach it: `weight 1 → 3`. */
export function shareChanges(from: RealServerRule, to: RealServerRule): string[] {
  const numbers = {
    weight: "weight",
    upperThreshold: "upper threshold",
    lowerThreshold: "lower threshold",
  } as const;
  return (Object.keys(numbers) as (keyof typeof numbers)[])
    .filter((key) => from[key] !== to[key])
    .map((key) => `${numbers[key]} ${from[key]} → ${to[key]}`);
}
