/** The changes that the cluster goes through: as edits of its settings, and by hand as somebody without tooling makes them. */
import { type Settings, soloLab, withChanges } from "../../test/fixtures.ts";
import * as byHand from "./byHand.ts";
import { addresses, network, secondVip } from "./cluster.ts";

/** Commands for one host. */
export interface HandStep {
  readonly host: string;
  readonly script: string;
}

/** One change, both ways from the same state. */
export interface Change {
  readonly name: string;
  readonly before: Settings;
  /** Settings to bring up, one after the other; or what an operator does on a host that pulumi-lvs set up. */
  readonly ours: { readonly ups: readonly Settings[] } | { readonly steps: readonly HandStep[] };
  /** Before the load of either way. */
  readonly preparation?: readonly HandStep[];
  readonly naive: {
    /** What makes the cluster one that was set up by hand. */
    readonly preparation: readonly HandStep[];
    readonly steps: readonly HandStep[];
    /** What a converge does not know of. */
    readonly cleaning?: readonly HandStep[];
  };
}

const base = soloLab(network);
const withIdleServer = withChanges(base, { "realServers.web3": { address: addresses.web3, apache: {} } });
const withThirdServer = withChanges(withIdleServer, {
  "virtualServices.web.realServers.web3": { weight: 2 },
});
const withSecondService = withChanges(base, {
  "virtualServices.api": {
    address: secondVip,
    port: 80,
    scheduler: "wrr",
    healthCheck: { type: "connect", intervalSeconds: 2, timeoutSeconds: 2 },
    realServers: { web1: { weight: 1 }, web2: { weight: 1 } },
  },
});
const onDirector = (script: string): HandStep[] => [{ host: "lb1", script }];
const onRealServers = (script: string): HandStep[] => ["web1", "web2"].map((host) => ({ host, script }));
const preparation = onDirector(byHand.ownConfiguration);

/** In the order in which they are made. */
export const changes: readonly Change[] = [
  {
    name: "change a weight",
    before: base,
    ours: { ups: [withChanges(base, { "virtualServices.web.realServers.web2.weight": 5 })] },
    naive: { preparation, steps: onDirector(byHand.weight(addresses.web2, 5)) },
  },
  {
    name: "change the scheduler",
    before: base,
    ours: { ups: [withChanges(base, { "virtualServices.web.scheduler": "wlc" })] },
    naive: { preparation, steps: onDirector(byHand.scheduler("wlc")) },
  },
  {
    name: "add a real server",
    before: withIdleServer,
    ours: { ups: [withThirdServer] },
    naive: {
      preparation: [...preparation, { host: "web3", script: byHand.webServer }],
      steps: [
        ...onDirector(byHand.addToTable(addresses.web3, 2)),
        { host: "web3", script: byHand.realServerStart + byHand.startWebServer },
      ],
      cleaning: [{ host: "web3", script: byHand.realServerStop }],
    },
  },
  {
    name: "drain and remove a real server",
    before: withThirdServer,
    ours: { ups: [base] },
    naive: {
      preparation,
      steps: [
        ...onDirector(byHand.deleteFromTable(addresses.web3)),
        { host: "web3", script: `${byHand.realServerStop}systemctl stop apache2\n` },
      ],
    },
  },
  {
    name: "restart Apache everywhere",
    before: base,
    ours: {
      ups: [
        withChanges(base, {
          "realServers.web1.apache.revision": "restarted",
          "realServers.web2.apache.revision": "restarted",
        }),
      ],
    },
    naive: { preparation, steps: onRealServers("systemctl restart apache2\n") },
  },
  {
    name: "add a second service",
    before: base,
    ours: { ups: [withSecondService] },
    naive: {
      preparation,
      steps: [...onDirector(byHand.addService), ...onRealServers(byHand.addSecondVip)],
      cleaning: [...onDirector(byHand.forgetService), ...onRealServers(byHand.removeSecondVip)],
    },
  },
  {
    name: "remove the second service",
    before: withSecondService,
    ours: { ups: [base] },
    naive: {
      preparation,
      steps: [...onDirector(byHand.removeService), ...onRealServers(byHand.removeSecondVip)],
    },
  },
  {
    name: "reload the health daemon",
    before: base,
    ours: { ups: [withChanges(base, { "virtualServices.web.healthCheck.intervalSeconds": 3 })] },
    naive: { preparation, steps: onDirector(byHand.checkInterval(3)) },
  },
  {
    name: "reinstall the health daemon",
    before: base,
    preparation: onDirector(byHand.packageAtHand),
    ours: { steps: onDirector(byHand.reinstall) },
    naive: { preparation, steps: onDirector(byHand.reinstall) },
  },
  {
    name: "bring up twice",
    before: base,
    ours: { ups: [base, base] },
    naive: { preparation, steps: onDirector(byHand.setUpTable.repeat(2)) },
  },
];
