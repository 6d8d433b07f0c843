import { describe, expect, it } from "vitest";
import { byEndpoint, destinationWords, parseTable, serviceLines, shareChanges } from "../../model/table.ts";

const key = "tcp 192.0.2.100:80";
const web1 = {
  address: "192.0.2.21",
  port: 80,
  forwarding: "dr",
  weight: 1,
  upperThreshold: 0,
  lowerThreshold: 0,
  connections: undefined,
};

describe("a table in lines", () => {
  it("has a service's own line first, wherever it stands", () => {
    const lines = [
      `${key} to 192.0.2.22:80 nat weight 2`,
      `${key} scheduler wrr persistent 300`,
      `${key} to 192.0.2.21:80 dr weight 1`,
    ];
    const table = parseTable(lines);
    const service = table.get(key);
    expect(service && serviceLines(key, service)).toEqual([lines[1], lines[2], lines[0]]);
    expect(byEndpoint(service).get("192.0.2.21:80")).toEqual(web1);
  });

  it("tells thresholds where there are some, and connections where somebody has counted them", () => {
    const words = "dr weight 1 upper-threshold 10 lower-threshold 5";
    const [told] =
      parseTable([`${key} to 192.0.2.21:80 ${words} active 3 inactive 7`]).get(key)?.destinations ?? [];
    expect(told).toEqual({
      ...web1,
      upperThreshold: 10,
      lowerThreshold: 5,
      connections: { active: 3, inactive: 7 },
    });
    expect(told && destinationWords(told)).toBe(words);
  });

  it("is read without what the model does not know", () => {
    const others = [
      "mark 7 scheduler rr",
      "mark 7 to 192.0.2.21:0 dr weight 1",
      "sctp 192.0.2.100:80 scheduler rr",
      "tcp [2001:db8::100]:80 scheduler rr",
      "tcp 192.0.2.101:80 to [2001:db8::21]:80 tun weight 1 --tun-type gue",
      "absent",
    ];
    expect(parseTable(others)).toEqual(new Map());
  });
});

it("changes of a share are told number by number", () => {
  expect(shareChanges(web1, { ...web1, weight: 3, upperThreshold: 9, forwarding: "nat" })).toEqual([
    "weight 1 → 3",
    "upper threshold 0 → 9",
  ]);
});
