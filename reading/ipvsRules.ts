/** Takes apart the rules that `ipvsadm -Sn` prints (ipvsadm(8)). */

/** One real server of a virtual service. */
export interface RealServerRule {
  /** How packets reach it: `dr`, `nat` or `tun`. */
  readonly forwarding: string;
  readonly weight: number;
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
    const key = `${flag === "u" ? "udp" : "tcp"} ${address}`;
    const service = services.get(key) ?? { options: "", realServers: new Map<string, RealServerRule>() };
    services.set(key, service);
    return service;
  };
  for (const line of lines) {
    const service = /^-A -([tu]) (\S+) -s (.*\S)/.exec(line);
    if (service) at(service[1], service[2]).options = `scheduler ${service[3]}`;
    const real = /^-a -([tu]) (\S+) -r (\S+) (-[gim]) -w (\d+)/.exec(line);
    if (real) {
      const [, flag, address, to = "", method = "", weight] = real;
      at(flag, address).realServers.set(to, {
        forwarding: forwarding[method] ?? method,
        weight: Number(weight),
      });
    }
  }
  return services;
}
