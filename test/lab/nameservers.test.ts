import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { machineNameservers } from "../../lab/nameservers.ts";

it("keeps nameservers that a guest kernel can reach over IPv4", () => {
  expect(machineNameservers(["192.0.2.53", "127.0.0.53", "2001:db8::53", "198.51.100.53"])).toEqual([
    "192.0.2.53",
    "198.51.100.53",
  ]);
});

it("looks behind systemd-resolved's address on the loopback", () => {
  const list = join(mkdtempSync(join(tmpdir(), "pulumi-lvs-resolved-")), "resolv.conf");
  writeFileSync(list, "# generated\nnameserver 192.0.2.53\nnameserver 127.0.0.1\nsearch example.com\n");
  expect(machineNameservers(["127.0.0.53"], list)).toEqual(["192.0.2.53"]);
});

it("finds none where the machine only asks itself", () => {
  expect(machineNameservers(["127.0.0.1", "::1"], "/does/not/exist")).toEqual([]);
});
