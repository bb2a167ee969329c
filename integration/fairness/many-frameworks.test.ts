import { expect } from "chai";
import { multiFramework } from "../benchmarks/allocator-scenarios.js";

describe("many frameworks of three kinds on 80 agents", () => {
  it("launch all their 19,500 tasks: no offer is lost in any round", () => {
    // Services of 4,000 tasks each, hundreds of small jobs, and batches in between; Mesos comes to 4,205 tasks.
    const { launched, cycles } = multiFramework();
    expect(launched).to.equal(4 * 4_000 + 500 * 5 + 50 * 20);
    expect(cycles).to.be.below(60);
  });
});
