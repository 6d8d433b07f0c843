/** The components, for Pulumi programs of your own. */
export type { HostAccess, HostArgs } from "./convergedHost.ts";
export { Director, type DirectorArgs } from "./Director.ts";
export type { DirectorLinesArgs, ServiceLinesArgs } from "./extraLines.ts";
export { type ApacheArgs, RealServer, type RealServerArgs } from "./RealServer.ts";
export type { JumpArgs, SshArgs } from "./ssh.ts";
export { type MemberArgs, VirtualRouter, type VirtualRouterArgs } from "./VirtualRouter.ts";
export {
  type BareCheckArgs,
  type CheckTimingArgs,
  type ConnectCheckArgs,
  type DestinationArgs,
  type FetchCheckArgs,
  type HealthCheckArgs,
  type PersistenceArgs,
  VirtualService,
  type VirtualServiceArgs,
} from "./VirtualService.ts";
