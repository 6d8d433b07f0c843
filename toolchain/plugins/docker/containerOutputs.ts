/** Outputs of docker:index/container:Container: every attribute that the official plugin keeps, as it takes a missing one for a change. */
import type { ContainerInspectInfo } from "dockerode";
import type { Properties } from "../properties.ts";
import { mebibyte } from "./containerInputs.ts";

/** Attributes as they are where no input says otherwise; most inputs are not covered here, and never do. */
const untold = {
  attach: false,
  bridge: "",
  command: [],
  cpuSet: "",
  cpuShares: 0,
  deviceReadBps: [],
  deviceReadIops: [],
  deviceRequests: [],
  deviceWriteBps: [],
  deviceWriteIops: [],
  devices: [],
  domainname: "",
  envs: [],
  hosts: [],
  init: false,
  labels: [],
  logs: false,
  maxRetryCount: 0,
  memory: 0,
  memoryReservation: 0,
  memorySwap: 0,
  mounts: [],
  ports: [],
  privileged: false,
  publishAllPorts: false,
  readOnly: false,
  rm: false,
  securityOpts: [],
  stdinOpen: false,
  stopTimeout: 0,
  tty: false,
  ulimits: [],
  uploads: [],
  usernsMode: "",
  volumes: [],
  wait: false,
};

/** The same for the objects in lists, by the name of the list. */
const untoldOfEach: Readonly<Record<string, Properties>> = {
  networksAdvanced: {
    aliases: [],
    driverOpts: [],
    ipv4Address: "",
    ipv6Address: "",
    linkLocalIps: [],
    macAddress: "",
  },
  uploads: { contentBase64: "", executable: false, permissions: "", source: "", sourceHash: "" },
  volumes: { fromContainer: "", selinuxRelabel: "", volumeName: "" },
};

// The field is missing from @types/dockerode 4.
type ConfigWithStopSignal = ContainerInspectInfo["Config"] & { StopSignal?: string };

/** The outputs of a container that was found so; `given` are its inputs. */
export function outputsOf(found: ContainerInspectInfo, given: Properties): Properties {
  const { Id: id, State: state, HostConfig: hostConfig } = found;
  const config: ConfigWithStopSignal = found.Config;
  return {
    ...untold,
    ...Object.fromEntries(
      Object.entries(given).map(([key, value]) => [key, completed(value, untoldOfEach[key])]),
    ),
    ...(given.capabilities !== undefined && { capabilities: { adds: [], drops: [], ...given.capabilities } }),
    id,
    entrypoints: config.Entrypoint ?? [],
    hostname: config.Hostname,
    ipcMode: hostConfig.IpcMode,
    logDriver: hostConfig.LogConfig?.Type,
    networkMode: hostConfig.NetworkMode,
    platform: found.Platform,
    runtime: hostConfig.Runtime,
    shmSize: (hostConfig.ShmSize ?? 0) / mebibyte,
    stopSignal: config.StopSignal ?? "",
    user: config.User,
    workingDir: config.WorkingDir,
    mustRun: state.Running,
    networkDatas: networkDatas(found),
  };
}

function completed(value: unknown, rest: Properties | undefined): unknown {
  return Array.isArray(value) && rest ? value.map((item) => ({ ...rest, ...item })) : value;
}

function networkDatas({ NetworkSettings }: ContainerInspectInfo): Properties[] {
  return Object.entries(NetworkSettings.Networks).map(([networkName, endpoint]) => ({
    networkName,
    gateway: endpoint.Gateway,
    globalIpv6Address: endpoint.GlobalIPv6Address,
    globalIpv6PrefixLength: endpoint.GlobalIPv6PrefixLen,
    ipAddress: endpoint.IPAddress,
    ipPrefixLength: endpoint.IPPrefixLen,
    ipv6Gateway: endpoint.IPv6Gateway,
    macAddress: endpoint.MacAddress,
  }));
}
