import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { writeSshFiles } from "../../bench/openSsh.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "pulumi-lvs-open-ssh-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

it("knows each host by name, where its server listens and by which key", async () => {
  const hostKey = "ssh-ed25519 AAAA";
  const rs1 = { name: "rs1", role: "realServer", address: "198.18.17.1", hostKey } as const;
  const rs2 = { ...rs1, name: "rs2", ssh: { host: "127.0.0.1", port: 40022 } };
  const { configFile, keyFile } = await writeSshFiles(directory, { hosts: [rs1, rs2], privateKey: "KEY" });
  expect(readFileSync(keyFile, "utf8")).toBe("KEY");
  expect(readFileSync(configFile, "utf8")).toMatch(
    /^Host rs1\n {2}HostName 198\.18\.17\.1\nHost rs2\n {2}HostName 127\.0\.0\.1\n {2}Port 40022\nHost \*\n/,
  );
  expect(readFileSync(join(directory, "ssh", "known_hosts"), "utf8")).toBe(
    "198.18.17.1 ssh-ed25519 AAAA\n[127.0.0.1]:40022 ssh-ed25519 AAAA\n",
  );
});
