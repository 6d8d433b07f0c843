/** The rules for virtual services, their VIPs and the hosts: kept and broken, by the id of each. */
import { bareServer, changed, issue, type RuleCase, secondService, web, withVips } from "./ruleCase.ts";

export const serviceCases: Readonly<Record<string, RuleCase>> = {
  "real-server-exists": {
    kept: changed({ "realServers.web3": bareServer, [`${web}.realServers.web3`]: {} }),
    broken: changed({ [`${web}.realServers.web3`]: {} }),
    issues: [issue(`${web}.realServers.web3`, "web3", "name one of realServers: web1, web2")],
  },
  "real-server-holds-vip": {
    kept: withVips(["198.18.7.99", "198.18.7.100"]),
    broken: withVips(["198.18.7.99"]),
    issues: [issue(`${web}.realServers.web1`, ["198.18.7.99"], "add 198.18.7.100 to the VIPs of web1")],
  },
  "service-has-real-servers": {
    kept: changed({ [`${web}.realServers`]: { web1: {} } }),
    broken: changed({ [`${web}.realServers`]: {} }),
    issues: [issue(`${web}.realServers`, {}, "name at least one real server that is not drained")],
  },
  "service-once": {
    kept: changed({ "virtualServices.other": { ...secondService, address: "198.18.7.100", port: 81 } }),
    broken: changed({ "virtualServices.other": { ...secondService, address: "198.18.7.100" } }),
    issues: [
      issue(
        "virtualServices.other",
        "tcp 198.18.7.100:80",
        "virtualServices.web has this protocol, address and port; change one",
      ),
    ],
  },
  "vip-is-no-host": {
    kept: changed({ [`${web}.address`]: "198.18.7.23" }),
    broken: changed({ [`${web}.address`]: "198.18.7.11" }),
    issues: [issue(`${web}.address`, "198.18.7.11", "directors.lb1 has this address; give the VIP its own")],
  },
  "vip-is-unicast": {
    kept: changed({ [`${web}.address`]: "203.0.113.7", [`${web}.routed`]: true }),
    broken: changed({ [`${web}.address`]: "224.0.0.18", [`${web}.routed`]: true }),
    issues: [issue(`${web}.address`, "224.0.0.18", "give an address that one host can have")],
  },
  "vip-on-link": {
    kept: changed({ [`${web}.address`]: "203.0.113.1", [`${web}.routed`]: true }),
    broken: changed({ [`${web}.address`]: "203.0.113.1" }),
    issues: [
      issue(
        `${web}.address`,
        "203.0.113.1",
        "give an address of 198.18.7.0/24, or set routed: true if a router sends it there",
      ),
    ],
  },
};
