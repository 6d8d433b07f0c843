import { describe, expect, it } from "vitest";
import { disturbsApache, givingBackDisturbsApache } from "../../render/apache.ts";
import type { Item } from "../../render/hostPlan.ts";
import { installed } from "../../render/systems.ts";

const site: Item = { kind: "file", path: "/etc/apache2/sites-enabled/x.conf", mode: "0644", content: "" };
const unit: Item = { kind: "unit", name: "apache2.service", enabled: true, active: true };

describe("clients must be elsewhere while Apache's host", () => {
  it.each<[string, Item, boolean]>([
    ["is given Apache", installed("debian", ["apache"]), true],
    ["is given other software", installed("debian", ["keepalived"]), false],
    ["has Apache reload a file", { ...site, notify: "apache2.service" }, true],
    ["has another unit reload a file", { ...site, notify: "keepalived.service" }, false],
    ["has a file changed that no unit reads", site, false],
    ["has Apache started or stopped", unit, true],
    ["has another unit started or stopped", { ...unit, name: "pulumi-lvs-vip.service" }, false],
    [
      "has Apache upgraded",
      { kind: "revision", package: "apache2", unit: "apache2.service", text: "2" },
      true,
    ],
    ["holds a VIP", { kind: "vip", address: "192.0.2.100", manner: "silent" }, false],
  ])("%s", (_, item, disturbs) => {
    expect(disturbsApache(item)).toBe(disturbs);
  });

  it.each([
    ["unit apache2.service", true],
    ["unit apache2.service.d", false],
    ["file /etc/apache2/sites-enabled/pulumi-lvs-x.conf", true],
    ["file /etc/apache2.conf", false],
  ])("gives back %s", (label, disturbs) => {
    expect(givingBackDisturbsApache(label)).toBe(disturbs);
  });
});
