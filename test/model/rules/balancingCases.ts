/** The rules for how a virtual service spreads connections and checks real servers: kept and broken, by the id of each. */
import { changed, issue, type RuleCase, udpService, web } from "./ruleCase.ts";

export const balancingCases: Readonly<Record<string, RuleCase>> = {
  "port-kept": {
    kept: changed({ [`${web}.realServers.web1.port`]: 80 }),
    broken: changed({ [`${web}.realServers.web1.port`]: 8080 }),
    issues: [
      issue(
        `${web}.realServers.web1.port`,
        8080,
        "give 80 or leave it out: direct routing cannot change the port",
      ),
    ],
  },
  "thresholds-in-order": {
    kept: changed({ [`${web}.realServers.web1`]: { upperThreshold: 10, lowerThreshold: 9 } }),
    broken: changed({ [`${web}.realServers.web1`]: { upperThreshold: 10, lowerThreshold: 10 } }),
    issues: [issue(`${web}.realServers.web1.lowerThreshold`, 10, "give less than upperThreshold (10)")],
  },
  "hash-port-scheduler": {
    kept: changed({ [`${web}.scheduler`]: "mh", [`${web}.hashPort`]: true }),
    broken: changed({ [`${web}.scheduler`]: "dh", [`${web}.hashPort`]: true }),
    issues: [
      issue(`${web}.hashPort`, true, "leave it out, or give scheduler sh or mh: dh does not hash clients"),
    ],
  },
  "dh-refuses-at-zero": {
    kept: changed({
      [`${web}.scheduler`]: "sh",
      [`${web}.quiescent`]: true,
      [`${web}.realServers.web1.weight`]: 0,
    }),
    broken: changed({
      [`${web}.scheduler`]: "dh",
      [`${web}.quiescent`]: true,
      [`${web}.realServers.web1.weight`]: 0,
    }),
    issues: [
      issue(
        `${web}.realServers.web1.weight`,
        0,
        "give at least 1, or another scheduler such as sh: dh refuses clients of one at weight 0",
      ),
      issue(
        `${web}.quiescent`,
        true,
        "leave it out, or give another scheduler such as sh: dh refuses clients of one at weight 0",
      ),
    ],
  },
  "udp-check": {
    kept: udpService({ type: "connect", port: 8080 }),
    broken: udpService({ type: "connect" }),
    issues: [
      issue(
        "virtualServices.dns.healthCheck.type",
        "connect",
        "give ping or none, or a healthCheck.port that speaks TCP",
      ),
    ],
  },
  "keepalived-some-weight": {
    kept: changed({ healthEngine: "keepalived", [`${web}.realServers.web1.weight`]: 0 }),
    broken: changed({
      healthEngine: "keepalived",
      [`${web}.realServers.web1.weight`]: 0,
      [`${web}.realServers.web2.weight`]: 0,
    }),
    issues: [
      issue(
        `${web}.realServers`,
        "weight 0 for all",
        "give one of them a weight, or use healthEngine: ldirectord: keepalived has no service without weight",
      ),
    ],
  },
  "fallback-reachable": {
    kept: changed({ [`${web}.fallback`]: "127.0.0.1" }),
    broken: changed({ [`${web}.fallback`]: "127.0.0.2" }),
    issues: [issue(`${web}.fallback`, "127.0.0.2", "give an address of 198.18.7.0/24, or 127.0.0.1")],
  },
};
