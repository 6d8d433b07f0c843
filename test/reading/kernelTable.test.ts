import { describe, expect, it } from "vitest";
import { parseKernelTable } from "../../reading/kernelTable.ts";

/** What ipvsadm 1.31 prints. */
const printed = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  192.0.2.100:80 wrr persistent 300
  -> 192.0.2.21:80                Route   1      2          30
  -> 192.0.2.22:80                Route   0      0          0
UDP  192.0.2.100:53 rr
FWM  1073742357 rr
  -> 192.0.2.21:0                 Route   1      0          12
`;

describe("the kernel's table", () => {
  it("is read by service, with every real server, and without those of firewall marks", () => {
    expect([...parseKernelTable(printed)]).toEqual([
      [
        "tcp 192.0.2.100:80",
        [
          {
            key: "192.0.2.21:80",
            forwarding: "Route",
            weight: 1,
            activeConnections: 2,
            inactiveConnections: 30,
          },
          {
            key: "192.0.2.22:80",
            forwarding: "Route",
            weight: 0,
            activeConnections: 0,
            inactiveConnections: 0,
          },
        ],
      ],
      ["udp 192.0.2.100:53", []],
    ]);
  });

  it("is empty where nothing is balanced", () => {
    expect(parseKernelTable(printed.split("\n").slice(0, 3).join("\n")).size).toBe(0);
  });
});
