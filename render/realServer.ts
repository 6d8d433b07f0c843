/** RealServer → HostPlan: software, silence in ARP, the application, only then the VIPs, and an answer on them. */
import type { RealServer } from "../model/cluster.ts";
import { apachePackages, holdApache, provenApache } from "./apache.ts";
import type { HostPlan } from "./hostPlan.ts";
import { holdSysctls } from "./sysctl.ts";
import { silentVips } from "./vip.ts";

/** ip-sysctl: answer ARP only for addresses of the asked interface; never name the VIP as the sender of a request. */
const silence = { "net.ipv4.conf.all.arp_ignore": "1", "net.ipv4.conf.all.arp_announce": "2" };

/** What a real server must look like; without Apache, the application is somebody else's. */
export function planRealServer(server: RealServer): HostPlan {
  return {
    host: server.name,
    address: server.address,
    role: "realServer",
    items: [
      { kind: "link", address: server.address, interface: server.interface },
      ...(server.apache ? apachePackages(server) : []),
      ...(server.vips.length > 0 ? holdSysctls(silence) : []),
      ...(server.apache ? holdApache(server, server.apache) : []),
      ...silentVips(server.vips),
      ...(server.apache ? provenApache(server, server.apache) : []),
    ],
  };
}
