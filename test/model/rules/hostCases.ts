/** The rules for directors and real servers: kept and broken, by the id of each. */
import { clusterOf } from "../../fixtures.ts";
import { bareServer, changed, issue, type RuleCase, secondDirector, settings } from "./ruleCase.ts";

export const hostCases: Readonly<Record<string, RuleCase>> = {
  "some-director": {
    kept: clusterOf(settings),
    broken: changed({ directors: {} }),
    issues: [issue("directors", {}, "give at least one director")],
  },
  "director-interface": {
    kept: changed({ "directors.lb1.interface": "eth0", "directors.lb2": secondDirector }),
    broken: changed({ "directors.lb2": secondDirector }),
    issues: [
      issue(
        "directors.lb1.interface",
        undefined,
        "give the interface that holds its address, such as eth0: several directors speak VRRP on it",
      ),
    ],
  },
  "director-priority-once": {
    kept: changed({
      "directors.lb1.interface": "eth0",
      "directors.lb2": { ...secondDirector, priority: 249 },
    }),
    broken: changed({
      "directors.lb1.interface": "eth0",
      "directors.lb2": { ...secondDirector, priority: 250 },
    }),
    issues: [issue("directors.lb2.priority", 250, "directors.lb1 has this priority; give another")],
  },
  "host-name-once": {
    kept: changed({ "realServers.lb10": bareServer }),
    broken: changed({ "realServers.lb1": bareServer }),
    issues: [issue("realServers.lb1", "lb1", "name it differently: a director has this name")],
  },
  "host-address-once": {
    kept: changed({ "realServers.web3": bareServer }),
    broken: changed({ "realServers.web3.address": "198.18.7.22" }),
    issues: [
      issue("realServers.web3.address", "198.18.7.22", "realServers.web2 has this address; give another"),
    ],
  },
  "host-on-link": {
    kept: changed({ "directors.lb1.address": "198.18.7.254" }),
    broken: changed({ "directors.lb1.address": "198.18.7.255" }),
    issues: [
      issue(
        "directors.lb1.address",
        "198.18.7.255",
        "give an address of 198.18.7.0/24: direct routing reaches only its own link",
      ),
    ],
  },
};
