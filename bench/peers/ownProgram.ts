/** A program of one Cluster, that of the file that CLUSTER_ARGS names: a stack's configuration has not room for as much. */
import { readFileSync } from "node:fs";
import { Cluster, type ClusterArgs } from "../../components/index.ts";

new Cluster("cluster", JSON.parse(readFileSync(process.env.CLUSTER_ARGS ?? "", "utf8")) as ClusterArgs);
