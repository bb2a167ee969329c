import { expect } from "chai";
import { runSeed } from "./run-seed.js";

const SEEDS = 300;
const BUDGET_MS = 20_000;

describe("Swarm", () => {
  it("brings clusters of fresh seeds through their faults and to rest", function () {
    this.timeout(4 * BUDGET_MS);
    const from = Math.floor(Math.random() * 1e9);
    const startMs = performance.now();
    let seed = from;
    while (seed < from + SEEDS && performance.now() - startMs < BUDGET_MS) runSeed(seed++);
    console.log(`      ${seed - from} seeds from ${from}`);
  });

  it("replays a seed event for event", function () {
    this.timeout(2 * BUDGET_MS);
    for (let seed = 1; seed <= 5; seed++) {
      const once = runSeed(seed);
      expect(runSeed(seed)).to.deep.equal(once);
    }
  });
});
