import { describe, expect, it } from "vitest";
import { inWords } from "../../reading/words.ts";

const key = "tcp 192.0.2.100:80";
const planned = `${key} scheduler wrr; ${key} to 192.0.2.7:80 dr weight 3; ${key} to 192.0.2.8:80 dr weight 1`;

describe("a difference", () => {
  it.each([
    ["sysctl net.ipv4.conf.all.arp_ignore", "1", "0", ["arp_ignore 1 → 0 (net.ipv4.conf.all.arp_ignore)"]],
    ["vip 192.0.2.100", "on lo", "absent", ["VIP 192.0.2.100 on lo → absent"]],
    [
      "file /etc/ha.d/ldirectord.cf",
      "as planned",
      "other content",
      ["/etc/ha.d/ldirectord.cf as planned → other content"],
    ],
    [
      "unit apache2.service",
      "enabled active",
      "enabled inactive",
      ["apache2.service enabled active → enabled inactive"],
    ],
    ["packages ldirectord arping", "installed", "missing arping", ["packages installed → missing arping"]],
    ["run", "complete", "cut off", ["run complete → cut off"]],
  ])("in %s is told as planned → found", (item, wanted, found, words) => {
    expect(inWords({ item, planned: wanted, found })).toEqual(words);
  });

  it.each([
    [
      "another weight",
      planned.replace("weight 3", "weight 1"),
      [`192.0.2.7:80 weight 3 → 1 (service ${key})`],
    ],
    [
      "a real server that is gone",
      planned.replace(/; \S+ \S+ to 192.0.2.8.*/, ""),
      [`192.0.2.8:80 weight 1 → absent (service ${key})`],
    ],
    [
      "a stranger",
      `${planned}; ${key} to 192.0.2.9:80 dr weight 1`,
      [`192.0.2.9:80 absent → weight 1 (service ${key})`],
    ],
    [
      "another way of forwarding",
      planned.replace("7:80 dr", "7:80 nat"),
      [`192.0.2.7:80 forwarding dr → nat (service ${key})`],
    ],
    [
      "other thresholds",
      planned.replace("weight 3", "weight 3 upper-threshold 100 lower-threshold 80"),
      [
        `192.0.2.7:80 upper threshold 0 → 100 (service ${key})`,
        `192.0.2.7:80 lower threshold 0 → 80 (service ${key})`,
      ],
    ],
    ["another scheduler", planned.replace("wrr", "rr"), [`service ${key} scheduler wrr → scheduler rr`]],
    ["no table", "absent", [`service ${key} in the table → absent`]],
  ])("in the kernel's table is told line by line: %s", (_, found, words) => {
    expect(inWords({ item: `service ${key}`, planned, found })).toEqual(words);
  });
});
