/** The lab's own rules: its network must be free for it, and every container needs an address there. */
import {
  contains,
  firstUsable,
  isUsable,
  lastUsable,
  networkAddress,
  prefixLength,
} from "../model/address.ts";
import type { Issue } from "../model/issue.ts";
import type { Config } from "./schema.ts";

/** RFC 2544 §C.2.2: reserved for benchmark networks, so no real network of the machine is hidden by the lab. */
const labRange = "198.18.0.0/15";

/** Address of the client container. */
export function clientAddress(config: Config): string {
  return config.lab?.client ?? lastUsable(config.subnet);
}

/** What is wrong with the lab of a configuration; nothing where it has none. */
export function labIssues(config: Config): Issue[] {
  const { subnet } = config;
  if (!config.lab) return [];
  if (!contains(labRange, networkAddress(subnet)) || prefixLength(subnet) < 16 || prefixLength(subnet) > 28) {
    return [{ path: "subnet", given: subnet, remedy: `give a /16 to /28 inside ${labRange} for the lab` }];
  }
  const client = clientAddress(config);
  const gateway = firstUsable(subnet);
  const taken = { [gateway]: "the lab's gateway", [client]: "the lab's client" };
  return [
    ...(isUsable(subnet, client) && client !== gateway
      ? []
      : [{ path: "lab.client", given: client, remedy: `give an address of ${subnet}, but not its first` }]),
    ...addresses(config)
      .filter(([, address]) => taken[address])
      .map(([path, given]) => ({ path, given, remedy: `${taken[given]} has this address; give another` })),
  ];
}

function addresses(config: Config): [path: string, address: string][] {
  return (["directors", "realServers", "virtualServices"] as const).flatMap((kind) =>
    Object.entries(config[kind]).map(([name, { address }]): [string, string] => [
      `${kind}.${name}.address`,
      address,
    ]),
  );
}
