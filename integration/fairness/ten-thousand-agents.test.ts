import { expect } from "chai";
import { HierarchicalAllocator } from "../../modules/allocators/hierarchical.js";
import { DrfSorterFactory } from "../../modules/sorters/drf.js";
import { simulate } from "../simulator/simulation.js";

describe("ten thousand simulated agents", () => {
  it("run the jobs of three schedulers", function () {
    this.timeout(120_000);
    const jobs = { jobs: 50, minRunMs: 1_000, maxRunMs: 2_000 };
    const cluster = simulate({
      seed: 1,
      agents: 10_000,
      schedulers: ["a", "b", "c"].map((role) => ({ name: role, role, ...jobs })),
      allocator: () => new HierarchicalAllocator(new DrfSorterFactory()),
    });
    const states = Object.values(cluster.runUntil(6_000).taskStates());
    expect(states).to.deep.equal(Array.from({ length: 150 }, () => "TASK_FINISHED"));
  });
});
