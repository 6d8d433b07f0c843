import { describe, expect, it } from "vitest";
import { containsSecret, markLike, plainProperties, secret } from "../../../toolchain/plugins/properties.ts";

describe("plainProperties", () => {
  it("unwraps secrets at any depth", () => {
    const wrapped = { key: secret("a"), uploads: [{ file: "/f", content: secret({ nested: secret(1) }) }] };
    expect(plainProperties(wrapped)).toEqual({ key: "a", uploads: [{ file: "/f", content: { nested: 1 } }] });
  });

  it("leaves out null properties, which the engine sends for absent ones", () => {
    expect(plainProperties({ a: null, b: { c: null, d: false } })).toEqual({ b: { d: false } });
  });
});

describe("markLike", () => {
  it("marks what is secret at the same path, and nothing else", () => {
    const inputs = { uploads: [{ file: "/f", content: secret("x") }], name: "n" };
    const outputs = { uploads: [{ file: "/f", content: "x" }], name: "n", id: "1" };
    expect(markLike(outputs, inputs)).toEqual({
      uploads: [{ file: "/f", content: secret("x") }],
      name: "n",
      id: "1",
    });
  });

  it("marks a secret within a secret, whichever of the two sides has marked which", () => {
    const marked = { way: secret({ host: "h", key: secret("k") }) };
    expect(markLike({ way: { host: "h", key: "k" } }, marked)).toEqual(marked);
    expect(markLike({ way: { host: "h", key: secret("k") } }, { way: secret({}) })).toEqual(marked);
    expect(markLike(marked, { way: { host: "h", key: "k" } })).toEqual(marked);
  });

  it("does not wrap twice what the handler has marked", () => {
    expect(markLike({ key: secret("x") }, { key: secret("x") })).toEqual({ key: secret("x") });
  });
});

it("containsSecret finds a secret in a list", () => {
  expect(containsSecret([{ a: 1 }, { a: secret(1) }])).toBe(true);
  expect(containsSecret([{ a: 1 }, { a: 2 }])).toBe(false);
});
