import { expect } from "chai";
import fc from "fast-check";
import { hasMoreValues } from "./count-values.js";

describe("hasMoreValues", () => {
  const cases: readonly [text: string, values: number][] = [
    ["1", 1],
    ["[1, 2, 3]", 4],
    ['{"a": {"b": [true, null]}}', 5],
    ['"[{,\\"[{,"', 1],
    ['["\\\\", "a\\\\\\"]", 1]', 4],
    ['"never closed [[[[', 1],
  ];
  for (const [text, values] of cases)
    it(`counts ${values} in ${text}`, () => {
      expect(hasMoreValues(text, values - 1)).to.equal(text.length > values - 1);
      expect(hasMoreValues(text, values)).to.equal(false);
    });

  it("never counts fewer values than a text holds, nor twice as many", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const values = countOf(value);
        const text = JSON.stringify(value);
        expect(hasMoreValues(text, values - 1)).to.equal(text.length > values - 1);
        expect(hasMoreValues(text, 2 * values)).to.equal(false);
      }),
    );
  });
});

function countOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, item) => sum + countOf(item), 1);
}
