/** The small cluster that tests of components make, and its parts. */
import * as pulumi from "@pulumi/pulumi";
import {
  type DestinationArgs,
  Director,
  type DirectorArgs,
  RealServer,
  type RealServerArgs,
  VirtualService,
  type VirtualServiceArgs,
} from "../../components/index.ts";
import type { HostPlan } from "../../render/hostPlan.ts";
import { plansOf } from "../../render/plans.ts";
import { clusterOf } from "../fixtures.ts";
import { byLabel, type RecordedResource, record } from "./recording.ts";

export const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBqSlpfHkIBOqc6EWxQPTUchWYZI/hyPwXVBHhbS5UVr";
export const privateKey =
  "-----BEGIN OPENSSH PRIVATE KEY-----\nbm90IGEga2V5\n-----END OPENSSH PRIVATE KEY-----\n";
export const privateKeyPassphrase = "open sesame";

export const ssh = { hostKey, privateKey, privateKeyPassphrase };

export interface Changes {
  readonly web1?: Partial<RealServerArgs>;
  readonly web2?: Partial<RealServerArgs>;
  readonly share1?: Partial<DestinationArgs>;
  readonly web?: Partial<VirtualServiceArgs>;
  readonly lb1?: Partial<DirectorArgs>;
}

/** A director, two real servers and a service, all arguments plain but for what is changed. */
export function makeCluster({ web1, web2, share1, web, lb1 }: Changes = {}): void {
  const vips = ["192.0.2.100"];
  const servers = [
    new RealServer("web1", { address: "192.0.2.21", ssh, vips, apache: {}, ...web1 }),
    new RealServer("web2", { address: "192.0.2.22", ssh, vips, ...web2 }),
  ] as const;
  const service = new VirtualService("web", {
    address: "192.0.2.100",
    port: 80,
    realServers: [{ server: servers[0], weight: 1, ...share1 }, { server: servers[1] }],
    ...web,
  });
  new Director("lb1", {
    address: "192.0.2.11",
    subnet: "192.0.2.0/24",
    ssh,
    virtualServices: [service],
    ...lb1,
  });
}

/** What `makeCluster` registers, by label. */
export async function recordCluster(changes: Changes = {}): Promise<Record<string, RecordedResource>> {
  return byLabel(await record(() => makeCluster(changes)));
}

/** A machine that another program makes: at preview, nothing is known of it. */
export class Machine extends pulumi.CustomResource {
  declare readonly address: pulumi.Output<string>;
  declare readonly hostKey: pulumi.Output<string>;
  declare readonly privateKey: pulumi.Output<string>;

  constructor(name: string, known: { address?: string; hostKey?: string; privateKey?: string } = {}) {
    super("test:index:Machine", name, {
      address: undefined,
      hostKey: undefined,
      privateKey: undefined,
      ...known,
    });
  }
}

/** What `makeCluster` makes, as a configuration would say it. */
const described = clusterOf({
  subnet: "192.0.2.0/24",
  directors: { lb1: { address: "192.0.2.11" } },
  realServers: { web1: { address: "192.0.2.21", apache: {} }, web2: { address: "192.0.2.22" } },
  virtualServices: { web: { address: "192.0.2.100", port: 80, realServers: { web1: {}, web2: {} } } },
});

/** The plan of each host of `makeCluster`, by name. */
export const plans: Record<string, HostPlan> = Object.fromEntries(
  plansOf(described).map((plan) => [plan.host, plan]),
);
