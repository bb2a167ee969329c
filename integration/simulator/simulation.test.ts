import { expect } from "chai";
import type { AllocationSlice } from "../../core/contracts/allocator.js";
import { FirstFitAllocator } from "./first-fit-allocator.js";
import { simulate } from "./simulation.js";
import { SimulationError } from "./simulation-error.js";

describe("Simulation", () => {
  it("runs every job of a cluster in which nothing fails", () => {
    const cluster = simulate({ seed: 1, schedulers: [{ name: "batch", jobs: 3 }] });
    cluster.runUntil(30_000);
    expect(cluster.taskStates()).to.deep.equal({
      "batch-1": "TASK_FINISHED",
      "batch-2": "TASK_FINISHED",
      "batch-3": "TASK_FINISHED",
    });
    expect(cluster.agentStates()).to.deep.equal(["active", "active", "active"]);
  });

  it("gives equal seeds equal traces, and different seeds different ones", () => {
    const hash = (seed: number): string => simulate({ seed }).runUntil(20_000).traceHash;
    expect(hash(1)).to.equal(hash(1));
    expect(hash(1)).not.to.equal(hash(2));
  });

  it("tries an allocator against hundreds of agents", () => {
    const cluster = simulate({
      seed: 1,
      agents: 300,
      schedulers: [{ jobs: 200 }, { jobs: 200, role: "other" }],
      allocator: () => new FirstFitAllocator(),
    }).runUntil(60_000);
    const states = Object.values(cluster.taskStates());
    expect(states).to.deep.equal(states.map(() => "TASK_FINISHED"));
    expect(states.length).to.equal(400);
  });

  it("names the seed, the time and what came before when an invariant does not hold", () => {
    class Generous extends FirstFitAllocator {
      override allocate(nowMs: number, budget: number): AllocationSlice {
        const { allocations, ...slice } = super.allocate(nowMs, budget);
        return { ...slice, allocations: [...allocations, ...allocations] };
      }
    }
    const cluster = simulate({ seed: 3, allocator: () => new Generous(), transcriptLines: 5 });
    expect(() => cluster.runUntil(60_000))
      .to.throw(SimulationError, /^seed 3 at \d+\.\d{3}s: more is given than there is/)
      .with.property("transcript")
      .that.has.length(5);
  });

  it("brings an agent back that was cut off for longer than the master waits", () => {
    const cluster = simulate({ seed: 7 }).partition(["agent-2"], 10_000, 120_000);
    cluster.runUntil(100_000);
    expect(cluster.agentStates()).to.deep.equal(["active", "unreachable", "active"]);
    cluster.runUntil(200_000);
    expect(cluster.agentStates()).to.deep.equal(["active", "reregistered", "active"]);
  });
});
