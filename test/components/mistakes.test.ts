import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { RealServer, VirtualService } from "../../components/index.ts";
import { type Changes, Machine, makeCluster, ssh } from "./cluster.ts";
import { failuresOf } from "./recording.ts";

describe("mistakes in arguments", () => {
  it.each([
    [
      "a real server's addresses",
      { web1: { address: "192.0.2", vips: ["192.0.2.100", "VIP"] } },
      "the configuration has 2 mistakes:\n" +
        '  realServers.web1.address: given "192.0.2"; give an IPv4 address such as 192.0.2.10\n' +
        '  realServers.web1.vips.1: given "VIP"; give an IPv4 address such as 192.0.2.10',
    ],
    [
      "Apache",
      { web1: { apache: { ports: [], healthPaths: ["healthz"] } } },
      "the configuration has 2 mistakes:\n" +
        "  realServers.web1.apache.ports: given []; give at least one port\n" +
        '  realServers.web1.apache.healthPaths.0: given "healthz"; give a path that starts with /, in URL characters',
    ],
    [
      "a service",
      { web: { port: 0, scheduler: "best" as "rr" } },
      "the configuration has 2 mistakes:\n" +
        "  virtualServices.web.port: given 0; give a port, a whole number from 1 to 65535\n" +
        '  virtualServices.web.scheduler: given "best"; give one of rr, wrr, lc, wlc, lblc, lblcr, dh, sh, sed, nq, fo, ovf, mh',
    ],
    [
      "a health check of another type",
      { web: { healthCheck: { ...{ path: "/ready" }, type: "ping" } } },
      "the configuration has a mistake:\n" +
        '  virtualServices.web.healthCheck.path: given "/ready"; leave it out, or give type http or https: a check of type ping has no path',
    ],
    [
      "a weight",
      { share1: { weight: -1 } },
      "the configuration has a mistake:\n" +
        "  virtualServices.web.realServers.web1.weight: given -1; give a weight, a whole number from 0 to 65535",
    ],
    [
      "a director",
      { lb1: { subnet: "192.0.2.1/24" } },
      "the configuration has a mistake:\n" +
        '  directors.lb1.subnet: given "192.0.2.1/24"; give a network such as 192.0.2.0/24, its host bits zero',
    ],
    [
      "Apache on another port than the service's",
      { web: { port: 8080 }, web1: { apache: {} } },
      "the configuration has a mistake:\n" +
        "  virtualServices.web.port: given 8080; give one of 80: the managed Apache of web1 listens there",
    ],
    [
      "the cluster as a whole",
      { web1: { vips: [] }, lb1: { address: "198.51.100.1" } },
      "the configuration has 2 mistakes:\n" +
        '  directors.lb1.address: given "198.51.100.1"; give an address of 192.0.2.0/24: direct routing reaches only its own link\n' +
        "  virtualServices.web.realServers.web1: given []; add 192.0.2.100 to the VIPs of web1",
    ],
    [
      "an address that another resource provides",
      { web1: { address: pulumi.output("web1.example.com") } },
      "the configuration has a mistake:\n" +
        '  realServers.web1.address: given "web1.example.com"; give an IPv4 address such as 192.0.2.10',
    ],
  ] as [string, Changes, string][])("end a program with one message: %s", async (_, changes, message) => {
    expect(await failuresOf(() => makeCluster(changes))).toEqual([message]);
  });

  it("show at preview, of a service whose hosts are yet to be made", async () => {
    const program = () => {
      const { address } = new Machine("machine");
      makeCluster({ web1: { address }, web2: { address }, web: { port: 0 } });
    };
    expect(await failuresOf(program, { preview: true })).toEqual([
      "the configuration has a mistake:\n" +
        "  virtualServices.web.port: given 0; give a port, a whole number from 1 to 65535",
    ]);
  });

  it("include a real server that a service is given twice", async () => {
    const program = () => {
      const server = new RealServer("web1", {
        address: "192.0.2.21",
        ssh,
        vips: ["192.0.2.100"],
      });
      const realServers = [{ server }, { server, weight: 2 }];
      new VirtualService("web", { address: "192.0.2.100", port: 80, realServers });
    };
    expect(await failuresOf(program)).toEqual([
      "virtualServices.web.realServers: web1 is given twice; give it once",
    ]);
  });
});
