/** The clusters of the stack files that tests render. */
import { readdirSync } from "node:fs";
import { basename } from "node:path";
import type { Cluster } from "../../model/cluster.ts";
import { healthEngines } from "../../model/lvs.ts";
import { clusterOf, inCheckout, readStack, type Settings } from "../fixtures.ts";

/** A cluster and what tests call it. */
export interface Fixture {
  readonly name: string;
  readonly cluster: Cluster;
}

const stacks = [
  "Pulumi.dev.yaml",
  "examples/Pulumi.example.yaml",
  ...readdirSync(inCheckout("test/render/fixtures")).map((name) => `test/render/fixtures/${name}`),
].map((path) => ({ name: basename(path, ".yaml").replace("Pulumi.", ""), settings: readStack(path) }));

/** Name and cluster of each stack file that is rendered to `golden/`. */
export const fixtures: readonly Fixture[] = stacks.map(({ name, settings }) => ({
  name,
  cluster: clusterOf(settings),
}));

/** Each of them with either health engine, on one director and on two. */
export const variants: readonly Fixture[] = stacks.flatMap(({ name, settings }) =>
  healthEngines.flatMap((healthEngine) =>
    [1, 2].map((count) => ({
      name: `${name}, ${healthEngine}, ${count === 1 ? "one director" : "two directors"}`,
      cluster: clusterOf({ ...settings, healthEngine, directors: directorsOf(settings, count) }),
    })),
  ),
);

/** The first so many of two, on the link of `settings`. */
function directorsOf({ subnet }: Settings, count: number): Settings {
  const network = String(subnet).replace(/\d+\/\d+$/, "");
  const directors = [1, 2].map((number) => [
    `lb${number}`,
    { address: `${network}1${number}`, interface: "eth0" },
  ]);
  return Object.fromEntries(directors.slice(0, count));
}
