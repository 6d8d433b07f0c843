/** One cluster: configuration → hosts → components → outputs. */
import { getStack } from "@pulumi/pulumi";
import { Cluster } from "./components/index.ts";
import { loadSettings } from "./config/load.ts";

const { lab, ...settings } = loadSettings();
const machines = lab && (await import("./lab/Lab.ts")).labHosts(getStack(), settings.cluster, lab);

export const { vip, url, virtualServices, directors, realServers } = new Cluster("cluster", {
  ...settings,
  machines,
});
