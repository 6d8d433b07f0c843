/** What must hold of directors and real servers. */
import { isUsable } from "../address.ts";
import { hosts } from "../paths.ts";
import { issue, type Rule } from "./rule.ts";

export const hostRules: readonly Rule[] = [
  {
    id: "some-director",
    reason: "Somebody has to hold the VIPs.",
    check: ({ directors }) =>
      directors.length > 0 ? [] : [issue("directors", {}, "give at least one director")],
  },
  {
    id: "director-interface",
    reason: "keepalived's configuration names the interface; one that is guessed may carry the wrong link.",
    check: ({ directors, vrrp }) =>
      directors
        .filter((director) => vrrp && director.interface === undefined)
        .map(({ name }) =>
          issue(
            `directors.${name}.interface`,
            undefined,
            "give the interface that holds its address, such as eth0: several directors speak VRRP on it",
          ),
        ),
  },
  {
    id: "director-priority-once",
    reason:
      "Of two directors with one priority the higher address wins, which nobody has chosen (RFC 5798 §6.4.3).",
    check: ({ directors }) =>
      directors.flatMap(({ name, priority }, index) => {
        const first = directors.findIndex((other) => other.priority === priority);
        const path = `directors.${name}.priority`;
        const remedy = `directors.${directors[first]?.name} has this priority; give another`;
        return first === index ? [] : [issue(path, priority, remedy)];
      }),
  },
  {
    id: "host-name-once",
    reason: "A host is a director or a real server; one name must mean one host.",
    check: ({ directors, realServers }) =>
      realServers
        .filter(({ name }) => directors.some((director) => director.name === name))
        .map(({ name }) =>
          issue(`realServers.${name}`, name, "name it differently: a director has this name"),
        ),
  },
  {
    id: "host-address-once",
    reason: "Two hosts with one address cannot both be reached.",
    check: (cluster) =>
      hosts(cluster).flatMap(({ path, address }, index, all) => {
        const first = all.findIndex((other) => other.address === address);
        return first === index
          ? []
          : [issue(`${path}.address`, address, `${all[first]?.path} has this address; give another`)];
      }),
  },
  {
    id: "host-on-link",
    reason: "Direct routing forwards by MAC address, which works on one link only.",
    check: (cluster) =>
      hosts(cluster)
        .filter(({ address }) => !isUsable(cluster.subnet, address))
        .map(({ path, address }) =>
          issue(
            `${path}.address`,
            address,
            `give an address of ${cluster.subnet}: direct routing reaches only its own link`,
          ),
        ),
  },
];
