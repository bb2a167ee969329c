import { expect } from "chai";
import fc from "fast-check";
import { lazily } from "../../protocol/v0/lazy.js";
import { slicedJson } from "./sliced-json.js";

describe("slicedJson", () => {
  it("writes what JSON.stringify writes", () => {
    fc.assert(
      fc.property(fc.anything({ maxDepth: 6, withNullPrototype: true }), (value) => {
        const whole = stringify(value);
        if (whole !== undefined) expect([...slicedJson(value)].join("")).to.equal(whole);
      }),
    );
  });

  it("writes long lists at every depth in slices", () => {
    const list = Array.from({ length: 5_000 }, (_, i) => ({ id: i, name: "x".repeat(20) }));
    const value = { a: list, b: { c: list, d: { e: list } }, f: [], g: {}, h: undefined };
    const pieces = [...slicedJson(value)];
    expect(pieces.join("")).to.equal(JSON.stringify(value));
    expect(Math.max(...pieces.map((piece) => piece.length))).to.be.below(80_000);
  });

  it("makes lazy elements only when it comes to them", () => {
    const made: number[] = [];
    const value = {
      list: lazily(Array(5_000).keys(), (i) => ({ text: "x".repeat(90), id: made.push(i) })),
    };
    const pieces = slicedJson(value);
    for (let i = 0; i < 4; i++) pieces.next();
    expect(made.length).to.be.within(1, 4_999);
    const rest = [...pieces];
    expect(made.length).to.equal(5_000);
    expect(rest.join("").endsWith('"id":5000}]}')).to.equal(true);
  });
});

function stringify(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
