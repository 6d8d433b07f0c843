import { describe, expect, it } from "vitest";
import { parseReport } from "../../load/manyClients.ts";

describe("what many clients tell", () => {
  it("is how often each service was asked, who was lost, and who answered by then", () => {
    const printed = [
      "lost 1764172800.25 198.18.7.120 198.18.7.100:8008 Connection refused",
      "answers 1764172800.30 ns1=480 ns2=510",
      "answers 1764172801.31 ns1=1480 ns2=510",
      "198.18.7.100:8008 1200 0 1",
      "198.18.7.100:8009 1199 3 0",
      "",
    ];
    expect(parseReport(printed.join("\n"))).toEqual({
      services: {
        "198.18.7.100:8008": { asked: 1200, repeated: 0, lost: 1 },
        "198.18.7.100:8009": { asked: 1199, repeated: 3, lost: 0 },
      },
      losses: ["1764172800.25 198.18.7.120 198.18.7.100:8008 Connection refused"],
      answers: [
        { ns1: 480, ns2: 510 },
        { ns1: 1480, ns2: 510 },
      ],
    });
  });
});
