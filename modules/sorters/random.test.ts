import { expect } from "chai";
import { SeededRandom } from "../../core/base/random.js";
import { RandomSorter } from "./random.js";

describe("RandomSorter", () => {
  it("serves first in proportion to the weights, level by level", () => {
    const sorter = new RandomSorter({ excludedResources: new Set(), random: new SeededRandom(7) });
    sorter.updateWeight("b", 3);
    for (const client of ["a", "b/x", "b/y"]) {
      sorter.add(client);
      sorter.activate(client);
    }
    const firsts = new Map<string, number>();
    for (let i = 0; i < 8_000; i++) {
      const [first = ""] = sorter.sort();
      firsts.set(first, (firsts.get(first) ?? 0) + 1);
    }
    // One chance in four for a; the three of b are shared evenly by x and y.
    expect(firsts.get("a")).to.be.closeTo(2_000, 150);
    expect(firsts.get("b/x")).to.be.closeTo(3_000, 150);
    expect(firsts.get("b/y")).to.be.closeTo(3_000, 150);
  });
});
