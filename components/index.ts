/** The components, for Pulumi programs of your own. */
export { Cluster } from "./Cluster.ts";
export type {
  ClusterArgs,
  ClusterDirectorArgs,
  ClusterRealServerArgs,
  ClusterServiceArgs,
  MachineArgs,
} from "./clusterArgs.ts";
export type { HostArgs } from "./convergedHost.ts";
export { Director, type DirectorArgs } from "./Director.ts";
export type { DirectorLinesArgs, ServiceLinesArgs } from "./extraLines.ts";
export { type ApacheArgs, RealServer, type RealServerArgs } from "./RealServer.ts";
export type { JumpArgs, SharedSshArgs, SshArgs } from "./ssh.ts";
export { type MemberArgs, VirtualRouter, type VirtualRouterArgs, type VrrpArgs } from "./VirtualRouter.ts";
export {
  type BareCheckArgs,
  type CheckTimingArgs,
  type ConnectCheckArgs,
  type DestinationArgs,
  type FetchCheckArgs,
  type HealthCheckArgs,
  type PersistenceArgs,
  type ServiceArgs,
  type ShareArgs,
  VirtualService,
  type VirtualServiceArgs,
} from "./VirtualService.ts";
