/** Where the cluster is that loss is measured on: its own network, and its hosts' addresses. */

/** Inside what RFC 2544 reserves for benchmarks. */
export const network = "198.18.93";
/** Address of the service that has the load. */
export const vip = "198.18.93.100";
/** Address of the service that comes and goes. */
export const secondVip = "198.18.93.101";
/** Of the director and the real servers; the third comes and goes. */
export const addresses = {
  lb1: "198.18.93.11",
  web1: "198.18.93.21",
  web2: "198.18.93.22",
  web3: "198.18.93.23",
} as const;
