import { expect, it } from "vitest";
import { meantBy } from "../../config/spelling.ts";

it.each([
  ["adress", "address"],
  ["prot", "port"],
  ["virtualservices", "virtualServices"],
  ["real-servers", "realServers"],
  ["host", undefined],
  ["", undefined],
])("%j is meant to be %j", (written, meant) => {
  expect(meantBy(written, ["address", "port", "realServers", "virtualServices"])).toBe(meant);
});

it("is the closest of several", () => {
  expect(meantBy("upperThreshhold", ["lowerThreshold", "upperThreshold"])).toBe("upperThreshold");
});
