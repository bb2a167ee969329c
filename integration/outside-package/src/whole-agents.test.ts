import assert from "node:assert/strict";
import { describeAllocator, simulate } from "dasmos/testing";
import { WholeAgentsAllocator } from "./whole-agents.js";

const create = () => new WholeAgentsAllocator();

describeAllocator("whole-agents", create, {
  without: [
    "CONSTRAINTS",
    "HIDING",
    "INVERSE_OFFERS",
    "MINIMUM",
    "QUOTAS",
    "REFINED",
    "REVOCABLE",
    "SHARED",
  ],
});

describe("whole-agents", () => {
  it("runs the jobs of three schedulers on ten thousand simulated agents", function () {
    this.timeout(120_000);
    const jobs = { jobs: 50, minRunMs: 1_000, maxRunMs: 2_000 };
    const cluster = simulate({
      seed: 1,
      agents: 10_000,
      schedulers: ["a", "b", "c"].map((role) => ({ name: role, role, ...jobs })),
      allocator: create,
    });
    const states = Object.values(cluster.runUntil(6_000).taskStates());
    assert.deepEqual(new Set(states), new Set(["TASK_FINISHED"]));
    assert.equal(states.length, 150);
  });
});
